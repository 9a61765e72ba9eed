import { QuantloopError } from '@quantloop/core';
import type { PlannedWeight } from './plan-weights.ts';
import { mergeStatistics, type InputStatistics } from './statistics/input-statistics.ts';
import type { Statistics } from './statistics/statistics-file.ts';

/**
 * Completes the plans that depend on what their layers read in the unquantized model.
 *
 * @throws QuantloopError `invalid-spec` when there are no statistics, or none of a value; `unsupported` beside a method
 * that rescales what layers read
 */
export async function settlePlans(
  planned: readonly PlannedWeight[],
  statistics: Statistics | undefined,
): Promise<PlannedWeight[]> {
  const settles = planned.find(({ plan }) => plan.settle !== undefined);
  const rescales = planned.find(({ plan }) => plan.equalizer !== undefined);
  if (settles !== undefined && rescales !== undefined) {
    throw new QuantloopError({
      code: 'unsupported',
      message: `${settles.method.facts.name} and ${rescales.method.facts.name} cannot be mixed: one chooses by what layers read, the other rescales it.`,
      hint: 'Give the layers to methods that go together, such as dynamic-int8 with awq.',
    });
  }
  const settled: PlannedWeight[] = [];
  for (const weight of planned) {
    const { settle } = weight.plan;
    if (settle === undefined) settled.push(weight);
    else settled.push({ ...weight, plan: settle(await readBy(weight, statistics)) });
  }
  return settled;
}

/** What the layers of a weight read; together, where their inputs are different ones. */
async function readBy(
  { linears, method }: PlannedWeight,
  statistics: Statistics | undefined,
): Promise<InputStatistics> {
  if (statistics === undefined) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${method.facts.name} needs statistics of the unquantized model.`,
      hint: 'Collect them with collectStatistics on the calibration texts.',
    });
  }
  const [first, ...others] = new Set(linears.map(({ node }) => node.input[0]!));
  const inputs = await statistics.inputs(first!);
  return mergeStatistics([inputs, ...(await Promise.all(others.map((value) => statistics.inputs(value))))]);
}
