import { z } from 'zod';
import { kernelFor } from '../../kernels.ts';
import { channelBlockSize } from '../../pack/matmul-nbits.ts';
import { NBITS_BLOCKS, type NBitsStorage } from '../../pack/storage.ts';
import type { Quantizer } from '../../quantizer.ts';
import { commonOptions } from '../common-options.ts';
import { roundToNBits } from './round-to-nbits.ts';

const options = z.strictObject({
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
});

/** Round-to-nearest, weights only. */
export const rtn: Quantizer = {
  facts: {
    name: 'rtn',
    summary:
      'Round-to-nearest: every weight to its nearest code. No data needed; the floor for all other methods.',
    source:
      'https://github.com/vllm-project/llm-compressor (QuantizationModifier); MatMulNBits of ONNX Runtime 1.30',
    version: '2',
    needsCalibration: false,
    bits: [4, 2, 3, 8],
    granularities: ['group', 'channel', 'tensor'],
    groups: [32, ...NBITS_BLOCKS.filter((size) => size !== 32)],
    symmetric: [true, false],
    options,
    supports: (recipe, target) => kernelFor('matmul-nbits', recipe.bits, target),
  },

  plan({ k, n, type }, recipe) {
    const { bits, granularity, symmetric } = recipe;
    if (bits !== 2 && bits !== 3 && bits !== 4 && bits !== 8) {
      return { refuse: `rtn has no storage for ${bits} bits` };
    }
    const { accuracyLevel, symmetricRange, clip } = options.parse(recipe.options);
    const zeroPoints = !symmetric;
    const storage: NBitsStorage = {
      layout: 'matmul-nbits',
      k,
      n,
      bits,
      blockSize:
        typeof granularity === 'object' ? granularity.group : channelBlockSize({ k, bits, zeroPoints }),
      scalePer: typeof granularity === 'object' ? 'block' : granularity,
      zeroPoints,
      // bfloat16 has no kernel on CPUs: such activations are cast.
      scaleType: type === 'float16' ? 'float16' : 'float32',
      accuracyLevel,
    };
    const range = symmetric ? symmetricRange : 'asymmetric';
    return { storage, quantize: (weight) => roundToNBits(weight, storage, { range, clip }) };
  },
};
