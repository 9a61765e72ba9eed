import { QuantloopError, type WeightRecipe } from '@quantloop/core';
import { graphOf, type ModelProto, type NodeProto, valuesReadBy } from '@quantloop/onnx';
import type { SharedWeight } from '../graph/shared-weights.ts';
import type { WeightUse } from '../graph/weight-use.ts';
import type { WeightPlace } from '../mix/weight-place.ts';
import { planWeights, type PlannedWeight } from '../plan-weights.ts';
import type { Refusal, WeightPlan } from '../quantizer.ts';

/** A weight to be scanned: what each recipe would do to it. */
export interface ScanSubject extends SharedWeight {
  place: WeightPlace;
  /** One for each recipe, in their order. */
  plans: (WeightPlan | Refusal)[];
  /** Something else reads the weight too. */
  stays: boolean;
}

/**
 * The weights that at least one of the recipes can quantize, and why the others are left. Embedding and head count as
 * any other.
 *
 * @throws QuantloopError `unsupported` for a method that changes more than the weight, or when there is nothing to scan
 */
export function planScan(options: {
  model: ModelProto;
  recipes: readonly WeightRecipe[];
  exclude: readonly string[];
}): { subjects: ScanSubject[]; left: Map<string, string> } {
  const { model, recipes, exclude } = options;
  const keyOf = ({ transposed, type, weight }: WeightUse) => `${transposed} ${type} ${weight}`;
  const plans = recipes.map((recipe) => planWeights(model, { ...recipe, exclude: [...exclude], mix: [] }));
  const weights = new Map<string, PlannedWeight>();
  for (const weight of plans.flatMap(({ planned }) => planned)) {
    if (weight.plan.equalizer !== undefined) throw changesMore(weight.method.facts.name);
    const key = keyOf(weight.use);
    if (!weights.has(key)) weights.set(key, weight);
  }
  const subjects = [...weights].map(([key, { use, linears, lookups, place }]): ScanSubject => ({
    ...{ use, linears, lookups, place },
    plans: plans.map(
      ({ planned, left }) =>
        planned.find((each) => keyOf(each.use) === key)?.plan ?? {
          refuse: left.get(use.weight) ?? 'the recipe leaves it alone',
        },
    ),
    stays: isReadElsewhere(model, { use, linears, lookups }),
  }));
  const left = new Map(plans.flatMap((plan) => [...plan.left]));
  for (const { use } of subjects) left.delete(use.weight);
  return { subjects, left };
}

function changesMore(method: string): QuantloopError {
  return new QuantloopError({
    code: 'unsupported',
    message: `A sensitivity scan quantizes one weight and changes nothing beside it; ${method} rescales what comes before.`,
    hint: 'Scan another method; a mix may still name this one.',
  });
}

/** The nodes that read a weight, and what lies between. */
export function readersOf({ linears, lookups }: SharedWeight): NodeProto[] {
  return [...linears, ...lookups].flatMap(({ node, via }) => [...via, node]);
}

function isReadElsewhere(model: ModelProto, weight: SharedWeight): boolean {
  const own = new Set(readersOf(weight));
  const { weight: name } = weight.use;
  return graphOf(model).node.some((node) => !own.has(node) && [...valuesReadBy(node)].includes(name));
}
