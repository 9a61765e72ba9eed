import type { Equalization } from './equalize/equalization.ts';
import type { Linear } from './graph/find-linears.ts';
import type { PlannedWeight } from './plan-weights.ts';
import type { Settlement, WeightPlan } from './quantizer.ts';
import { mergeRanges, mergeStatistics, type InputStatistics } from './statistics/input-statistics.ts';

export interface SettlePlansOptions {
  planned: readonly PlannedWeight[];
  /** What layers read; undefined only where no plan looks at that. */
  equalization: Equalization | undefined;
  /** Runs the model as it has become, and gives by value's name what was seen of the inputs of some layers. */
  measure: (linears: readonly Linear[]) => Promise<ReadonlyMap<string, InputStatistics>>;
}

/**
 * Completes the plans that depend on what their layers read. Ranges follow the scale of a rescaled input; its histogram
 * does not, as it does not say which channel a value was of: the model is then run once more, for those that look at it.
 */
export async function settlePlans(options: SettlePlansOptions): Promise<PlannedWeight[]> {
  const { planned, equalization, measure } = options;
  if (equalization === undefined) return [...planned];
  const spread = planned.filter(({ plan }) => plan.settle?.by === 'histogram').flatMap(readersOf);
  const rescaled = spread.filter((linear) => equalization.isRescaled(linear));
  const measured = rescaled.length === 0 ? undefined : await measure(rescaled);

  const settle = async (linears: readonly Linear[], settlement: Settlement): Promise<WeightPlan> => {
    if (settlement.by === 'ranges')
      return settlement.plan(mergeRanges(await all(linears, (each) => equalization.rangesOf(each))));
    const statistics = async (linear: Linear) =>
      measured?.get(linear.node.input[0]!) ?? equalization.statisticsOf(linear);
    return settlement.plan(mergeStatistics(await all(linears, statistics)));
  };
  const settled: PlannedWeight[] = [];
  for (const weight of planned) {
    const { plan } = weight;
    const complete = plan.settle === undefined ? plan : await settle(readersOf(weight), plan.settle);
    settled.push({ ...weight, plan: complete });
  }
  return settled;
}

/** The layers of a weight, one for each value that they read. */
function readersOf({ linears }: PlannedWeight): Linear[] {
  return [...new Map(linears.map((linear) => [linear.node.input[0]!, linear])).values()];
}

async function all<T>(linears: readonly Linear[], of: (linear: Linear) => Promise<T>): Promise<[T, ...T[]]> {
  return (await Promise.all(linears.map(of))) as [T, ...T[]];
}
