import { z } from 'zod';
import { kernelFor } from '../../kernels.ts';
import type { Quantizer } from '../../quantizer.ts';
import { nbitsGroups, nbitsOptions, nbitsStorage } from '../nbits-storage.ts';
import { planRounding } from '../roundings.ts';

/** Round-to-nearest, weights only. */
export const rtn: Quantizer = {
  facts: {
    name: 'rtn',
    summary:
      'Round-to-nearest: every weight to its nearest code. No data needed; the floor for all other methods.',
    source:
      'https://github.com/vllm-project/llm-compressor (QuantizationModifier); MatMulNBits of ONNX Runtime 1.30',
    version: '3',
    needsCalibration: false,
    bits: [4, 2, 3, 8],
    granularities: ['group', 'channel', 'tensor'],
    groups: nbitsGroups(32),
    symmetric: [true, false],
    options: z.strictObject(nbitsOptions),
    tuning: { clip: ['mse'] },
    suits: 'synchronous',
    supports: (recipe, target) => kernelFor('matmul-nbits', recipe.bits, target),
  },

  plan(shape, recipe) {
    const planned = nbitsStorage(shape, recipe);
    if ('refuse' in planned) return planned;
    return planRounding({ kind: 'nbits', ...planned });
  },
};
