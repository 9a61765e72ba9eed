import { z } from 'zod';
import { kernelFor } from '../../kernels.ts';
import type { Quantizer } from '../../quantizer.ts';
import { commonOptions } from '../common-options.ts';
import { nbitsGroups, nbitsOptions, nbitsStorage } from '../nbits-storage.ts';
import { planRounding } from '../roundings.ts';

/** Half-quadratic quantization, weights only. */
export const hqq: Quantizer = {
  facts: {
    name: 'hqq',
    summary:
      'Half-quadratic quantization: scales and zero points by an error norm that outliers weigh little in. No data needed.',
    source: 'https://mobiusml.github.io/hqq_blog; https://github.com/mobiusml/hqq',
    version: '2',
    needsCalibration: false,
    bits: [4, 2, 3, 8],
    granularities: ['group', 'channel'],
    groups: nbitsGroups(64),
    symmetric: [false],
    options: z.strictObject({ accuracyLevel: nbitsOptions.accuracyLevel, ...commonOptions }),
    suits: 'synchronous',
    supports: (recipe, target) => kernelFor('matmul-nbits', recipe.bits, target),
  },

  plan(shape, recipe) {
    const planned = nbitsStorage(shape, recipe);
    if ('refuse' in planned) return planned;
    return planRounding({ kind: 'nbits', ...planned, refine: 'hqq' });
  },
};
