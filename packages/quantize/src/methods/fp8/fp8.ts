import { FLOAT8_MAX } from '@quantloop/onnx';
import { z } from 'zod';
import { kernelFor } from '../../kernels.ts';
import type { Float8Storage } from '../../pack/storage.ts';
import type { Quantizer } from '../../quantizer.ts';
import { storedScale } from '../../round/stored-scale.ts';
import { wholeRange, type InputRanges } from '../../statistics/input-statistics.ts';
import { commonOptions } from '../common-options.ts';
import { planRounding } from '../roundings.ts';

const options = z.strictObject({
  format: z
    .enum(['e4m3', 'e5m2'])
    .default('e4m3')
    .describe(
      'e4m3: three bits of fraction, range 448 to 2^-9. e5m2: two, and 57344 to 2^-16; half as exact.',
    ),
  activations: z
    .enum(['none', 'token', 'static'])
    .default('none')
    .describe(
      'none: they stay as they are. token: rounded to the same format, one scale for each token as it comes. static: one for each layer input, its largest magnitude on the calibration text.',
    ),
  ...commonOptions,
});

/** 8-bit floating point, weights only or with the activations: what this costs in accuracy, on any engine. */
export const fp8: Quantizer = {
  facts: {
    name: 'fp8',
    summary:
      '8-bit floating point for weights, and activations where asked. Simulated: computed with in float32.',
    source:
      'FP8 Formats for Deep Learning, arXiv 2209.05433; OCP OFP8; FP8_DYNAMIC and FP8 of llm-compressor; QuantizeLinear of ONNX 19',
    version: '1',
    needsCalibration: false,
    needsStatistics: ({ options: { activations } }) => activations === 'static',
    bits: [8],
    granularities: ['channel', 'tensor', 'group'],
    groups: [128, 16, 32, 64, 256],
    symmetric: [true],
    options,
    supports: (recipe, target) => kernelFor('matmul-float8', recipe.bits, target),
  },

  plan({ k, n }, recipe) {
    const { format, activations } = options.parse(recipe.options);
    const type = format === 'e4m3' ? 'float8e4m3fn' : 'float8e5m2';
    const { granularity } = recipe;
    const planOn = (rounded: Float8Storage['activations']) =>
      planRounding({
        kind: 'float8',
        storage: { layout: 'matmul-float8', k, n, type, granularity, activations: rounded },
      });
    if (activations !== 'static') return planOn(activations);
    const settle = (inputs: InputRanges) => {
      const { low, high } = wholeRange(inputs);
      // Where nothing but 0 was seen, any scale will do.
      return planOn({ scale: storedScale(Math.max(-low, high) / FLOAT8_MAX[type], 'float32') || 1 });
    };
    return { ...planOn({ scale: 1 }), settle: { by: 'ranges', plan: settle } };
  },
};
