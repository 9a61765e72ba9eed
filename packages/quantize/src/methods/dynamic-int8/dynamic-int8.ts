import { z } from 'zod';
import { kernelFor } from '../../kernels.ts';
import type { IntegerStorage } from '../../pack/storage.ts';
import type { Quantizer } from '../../quantizer.ts';
import { commonOptions } from '../common-options.ts';
import { int8ScalePer, planInt8, weightsOption } from './plan-int8.ts';
import { smoothing, smoothingOptions } from './smoothing.ts';

const options = z.strictObject({
  activations: z
    .enum(['token', 'tensor'])
    .default('token')
    .describe(
      'What shares the scale of rounded activations. token: each its own, so that no text depends on what is beside it.',
    ),
  reduceRange: z
    .boolean()
    .default(false)
    .describe('Weights of 7 bits. On x86 CPUs without VNNI sums of two 8-bit products saturate at 16 bits.'),
  ...weightsOption,
  ...smoothingOptions,
  ...commonOptions,
});

/**
 * Dynamic W8A8: int8 weights, activations rounded to 8 bits as they come, by default with one scale for each token. That
 * costs 3 to 10 % of a product's time over ONNX Runtime's fused operator, which has one for the whole tensor, so that a
 * text's result depends a little on what else is in its batch; and nothing where several layers read the same input,
 * which is then rounded once (bench/int8-activations.ts).
 */
export const dynamicInt8: Quantizer = {
  facts: {
    name: 'dynamic-int8',
    summary:
      'W8A8: int8 weights and activations rounded to 8 bits on the fly. The fastest for prompts and batches on CPUs.',
    source:
      'MatMulIntegerToFloat and DynamicQuantizeMatMul of ONNX Runtime 1.30; weight grid of llm-compressor',
    version: '3',
    needsCalibration: ({ options: { weights } }) => weights === 'gptq',
    needsStatistics: ({ options: { smooth = 'none' } }) => smooth !== 'none',
    bits: [8],
    granularities: ['channel', 'tensor'],
    groups: [],
    symmetric: [true],
    options,
    tuning: { smooth: ['auto'], weights: ['gptq'] },
    suits: 'asynchronous',
    supports: (recipe, target) => kernelFor('matmul-integer', recipe.bits, target),
  },

  plan({ k, n }, recipe) {
    const { reduceRange, activations, smooth, weights } = options.parse(recipe.options);
    const scalePer = int8ScalePer(recipe, weights);
    if (typeof scalePer === 'object') return scalePer;
    const bits = reduceRange ? 7 : 8;
    const storage: IntegerStorage = { layout: 'matmul-integer', k, n, bits, scalePer, activations };
    return {
      ...planInt8(storage, weights),
      ...(smooth !== 'none' && { equalizer: smoothing({ smooth, k, bits }) }),
    };
  },
};
