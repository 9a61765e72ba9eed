import type { WeightRecipe } from '@quantloop/core';
import { z } from 'zod';
import { channelBlockSize } from '../pack/matmul-nbits.ts';
import { NBITS_BLOCKS, type NBitsStorage } from '../pack/storage.ts';
import type { Refusal, WeightShape } from '../quantizer.ts';
import type { Grid } from '../round/fit-span.ts';
import { commonOptions } from './common-options.ts';

/** Options of every method that stores its weights for MatMulNBits. */
export const nbitsOptions = {
  accuracyLevel: z
    .union([z.literal(0), z.literal(4)])
    .default(4)
    .describe('0: activations stay in floating point. 4: the kernel rounds them to int8 per block, faster.'),
  symmetricRange: z
    .enum(['signed', 'centered'])
    .default('signed')
    .describe(
      'Where the symmetric grid lies. signed: as ONNX Runtime does; centered: as llm-compressor does.',
    ),
  clip: z
    .enum(['none', 'mse'])
    .default('none')
    .describe('mse: every scale is shrunk to where the squared error of its weights is smallest.'),
  ...commonOptions,
};

const Options = z.object(nbitsOptions);

/** Group sizes with `first` in front, which makes it the default. */
export const nbitsGroups = (first: number): number[] => [
  first,
  ...NBITS_BLOCKS.filter((size) => size !== first),
];

/** How a weight is stored for MatMulNBits, and the grid its codes lie on; or why it cannot be. */
export function nbitsStorage(
  { k, n, type }: WeightShape,
  { method, bits, granularity, symmetric, options }: WeightRecipe,
): { storage: NBitsStorage; grid: Grid } | Refusal {
  if (bits !== 2 && bits !== 3 && bits !== 4 && bits !== 8) {
    return { refuse: `${method} has no storage for ${bits} bits` };
  }
  const { accuracyLevel, symmetricRange, clip } = Options.parse(options);
  const zeroPoints = !symmetric;
  // bfloat16 has no kernel on CPUs: such activations are cast.
  const scaleType = type === 'float16' ? 'float16' : 'float32';
  const storage: NBitsStorage = {
    layout: 'matmul-nbits',
    k,
    n,
    bits,
    blockSize:
      typeof granularity === 'object' ? granularity.group : channelBlockSize({ k, bits, zeroPoints }),
    scalePer: typeof granularity === 'object' ? 'block' : granularity,
    zeroPoints,
    scaleType,
    accuracyLevel,
  };
  return { storage, grid: { bits, range: symmetric ? symmetricRange : 'asymmetric', clip, scaleType } };
}
