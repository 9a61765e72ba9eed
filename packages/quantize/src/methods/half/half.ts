import { z } from 'zod';
import { kernelFor } from '../../kernels.ts';
import type { HalfStorage } from '../../pack/storage.ts';
import type { Quantizer } from '../../quantizer.ts';
import { commonOptions } from '../common-options.ts';
import { planRounding } from '../roundings.ts';

const options = z.strictObject({
  ...commonOptions,
  head: commonOptions.head.default(true),
  embedding: commonOptions.embedding.default(true),
});

/** Weights in 16-bit floating point, each in half the bytes: head and embedding too, as it costs next to no accuracy. */
function half(name: string, type: HalfStorage['type'], summary: string, source: string): Quantizer {
  return {
    facts: {
      name,
      summary,
      source,
      version: '1',
      needsCalibration: false,
      bits: [16],
      granularities: ['tensor'],
      groups: [],
      symmetric: [true],
      options,
      supports: (recipe, target) => kernelFor('matmul-half', recipe.bits, target),
    },

    plan({ k, n, type: computed }) {
      // Its weights are 16 bits wide already, and casts around the product would only cost time.
      if (computed !== 'float32') return { refuse: `it computes in ${computed}` };
      const storage: HalfStorage = { layout: 'matmul-half', k, n, type };
      return planRounding({ kind: 'half', storage });
    },
  };
}

export const fp16 = half(
  'fp16',
  'float16',
  'Weights in half precision, computed with in single precision. Half the size, next to no error.',
  'IEEE 754 binary16; Cast of ONNX 13',
);

export const bf16 = half(
  'bf16',
  'bfloat16',
  'Weights in bfloat16, computed with in single precision. Half the size, exact for checkpoints in bfloat16.',
  'bfloat16 of Google Brain; Cast of ONNX 13',
);
