import type { WeightRecipe } from '@quantloop/core';
import { freeMemory } from '@quantloop/runtime';
import { z } from 'zod';
import { allocateParts } from '../../pack/allocate-parts.ts';
import { matMulInteger } from '../../pack/matmul-integer.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { IntegerStorage } from '../../pack/storage.ts';
import type { LayerInputs, Refusal, WeightPlan } from '../../quantizer.ts';
import { errorOf, errorSums } from '../../round/error-sums.ts';
import type { WeightSource } from '../../weights/weight-source.ts';
import { addErrors, readRows } from '../gptq/round-by-gptq.ts';
import { solve } from '../gptq/solve.ts';
import { planRounding } from '../roundings.ts';

/** Option of the methods that store int8 weights. */
export const weightsOption = {
  weights: z
    .enum(['rtn', 'gptq'])
    .default('rtn')
    .describe(
      'How weights are rounded. gptq: with error compensation by calibration text, one scale per channel.',
    ),
};

/** What shares one scale of int8 weights, or why a recipe cannot have them. */
export function int8ScalePer(
  { method, granularity }: Pick<WeightRecipe, 'method' | 'granularity'>,
  weights: 'rtn' | 'gptq',
): IntegerStorage['scalePer'] | Refusal {
  if (typeof granularity === 'object') return { refuse: `${method} has no groups` };
  if (weights === 'gptq' && granularity === 'tensor')
    return { refuse: 'gptq weights have one scale per channel, not one per tensor' };
  return granularity;
}

/** Int8 weights, rounded to nearest or by GPTQ. */
export function planInt8(storage: IntegerStorage, weights: 'rtn' | 'gptq'): WeightPlan {
  if (weights === 'rtn') return planRounding({ kind: 'int8', storage });
  return {
    storage,
    inputs: 'calibrated',
    quantize: (weight, inputs) => roundInt8ByGptq(weight, inputs, storage),
  };
}

/** GPTQ's defaults, on the grid of `roundToInt8`. */
async function roundInt8ByGptq(
  source: WeightSource,
  inputs: LayerInputs,
  storage: IntegerStorage,
): Promise<PackedWeight> {
  const { k, n, bits } = storage;
  const original = await readRows(source);
  const solution = await solve({
    name: source.name,
    weight: original,
    k,
    n,
    inputs,
    grid: { bits, range: 'centered', clip: 'none', scaleType: 'float32' },
    group: k,
    activationOrder: true,
    damping: 0.01,
  });
  const parts = allocateParts(matMulInteger.parts(storage));
  const [codes, scales] = parts.map(({ data }) => data);
  const zero = 2 ** (bits - 1);
  // Both are [k, n].
  for (let i = 0; i < codes!.length; i++) codes![i] = solution.codes[i]! - zero;
  new Float32Array(scales!.buffer).set(solution.scales.subarray(0, n));
  const sums = errorSums();
  addErrors({ original, solution, n, group: k, sums });
  freeMemory(original);
  return { parts, error: errorOf(sums) };
}
