import { z } from 'zod';
import { kernelFor } from '../../kernels.ts';
import type { IntegerStorage } from '../../pack/storage.ts';
import type { Quantizer } from '../../quantizer.ts';
import { commonOptions } from '../common-options.ts';
import { roundToInt8 } from './round-to-int8.ts';

const options = z.strictObject({
  reduceRange: z
    .boolean()
    .default(false)
    .describe('Weights of 7 bits. On x86 CPUs without VNNI sums of two 8-bit products saturate at 16 bits.'),
  ...commonOptions,
});

/**
 * Dynamic W8A8: int8 weights, activations rounded to uint8 as they come, one scale for the whole tensor. A text's
 * result therefore depends a little on what else is in its batch.
 */
export const dynamicInt8: Quantizer = {
  facts: {
    name: 'dynamic-int8',
    summary:
      'W8A8: int8 weights and activations rounded to 8 bits on the fly. The fastest for prompts and batches on CPUs.',
    source: 'DynamicQuantizeMatMul of ONNX Runtime 1.30; weight grid of llm-compressor',
    version: '1',
    needsCalibration: false,
    bits: [8],
    granularities: ['channel', 'tensor'],
    groups: [],
    symmetric: [true],
    options,
    supports: (recipe, target) => kernelFor('matmul-integer', recipe.bits, target),
  },

  plan({ k, n }, recipe) {
    if (typeof recipe.granularity === 'object') return { refuse: 'dynamic-int8 has no groups' };
    const bits = options.parse(recipe.options).reduceRange ? 7 : 8;
    const storage: IntegerStorage = { layout: 'matmul-integer', k, n, bits, scalePer: recipe.granularity };
    return { storage, quantize: (weight) => roundToInt8(weight, storage) };
  },
};
