import { z } from 'zod';
import { kernelFor } from '../../kernels.ts';
import type { Quantizer } from '../../quantizer.ts';
import { nbitsGroups, nbitsOptions, nbitsStorage } from '../nbits-storage.ts';
import { roundByGptq } from './round-by-gptq.ts';

export const gptqOptions = z.strictObject({
  activationOrder: z
    .boolean()
    .default(true)
    .describe('Rounds the inputs with the largest mean square first; groups stay where they are.'),
  damping: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe('Added to the diagonal of the Hessian, as a fraction of its mean.'),
  ...nbitsOptions,
});

/** Rounding with error compensation, weights only. */
export const gptq: Quantizer = {
  facts: {
    name: 'gptq',
    summary:
      'GPTQ: rounds input by input, and makes up for each error in the weights that follow, by calibration text.',
    source: 'GPTQ, arXiv 2210.17323; https://github.com/IST-DASLab/gptq; GPTQModifier of llm-compressor 0.14',
    version: '2',
    needsCalibration: true,
    bits: [4, 2, 3, 8],
    granularities: ['group', 'channel'],
    groups: nbitsGroups(128),
    symmetric: [true, false],
    options: gptqOptions,
    tuning: { clip: ['mse'], damping: [0.1] },
    suits: 'synchronous',
    supports: (recipe, target) => kernelFor('matmul-nbits', recipe.bits, target),
  },

  plan(shape, recipe) {
    const planned = nbitsStorage(shape, recipe);
    if ('refuse' in planned) return planned;
    const { storage, grid } = planned;
    const { activationOrder, damping } = gptqOptions.parse(recipe.options);
    return {
      storage,
      inputs: 'calibrated',
      quantize: (weight, inputs) => roundByGptq({ weight, inputs, storage, grid, activationOrder, damping }),
    };
  },
};
