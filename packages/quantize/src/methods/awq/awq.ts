import type { WeightRecipe } from '@quantloop/core';
import { z } from 'zod';
import { kernelFor } from '../../kernels.ts';
import type { Quantizer, WeightShape } from '../../quantizer.ts';
import { gptq, gptqOptions } from '../gptq/gptq.ts';
import { nbitsGroups, nbitsOptions, nbitsStorage } from '../nbits-storage.ts';
import { planRounding } from '../roundings.ts';
import { activationAware } from './activation-aware.ts';
import { roundClipped } from './round-clipped.ts';

const options = z.strictObject({
  ...nbitsOptions,
  clip: z
    .enum(['output', 'none'])
    .default('output')
    .describe("output: every scale is shrunk to where the layer's output error is smallest."),
});

/** AWQ clips in its own way. */
const unclipped = (shape: WeightShape, recipe: WeightRecipe) =>
  nbitsStorage(shape, { ...recipe, options: { ...recipe.options, clip: 'none' } });

/** Activation-aware weight quantization. */
export const awq: Quantizer = {
  facts: {
    name: 'awq',
    summary:
      'AWQ: rescales inputs so that the weights that matter round well, and clips, both by the output error on calibration text.',
    source: 'AWQ, arXiv 2306.00978; https://github.com/mit-han-lab/llm-awq; AutoAWQ (duo scaling)',
    version: '2',
    needsCalibration: false,
    needsStatistics: true,
    bits: [4, 2, 3, 8],
    granularities: ['group', 'channel'],
    groups: nbitsGroups(128),
    symmetric: [true, false],
    options,
    suits: 'synchronous',
    supports: (recipe, target) => kernelFor('matmul-nbits', recipe.bits, target),
  },

  plan(shape, recipe) {
    const planned = unclipped(shape, recipe);
    if ('refuse' in planned) return planned;
    const { storage, grid } = planned;
    const equalizer = activationAware(recipe, storage, grid);
    if (options.parse(recipe.options).clip === 'none')
      return { ...planRounding({ kind: 'nbits', storage, grid }), equalizer };
    return {
      storage,
      equalizer,
      inputs: 'measured',
      quantize: (weight, inputs) => roundClipped(weight, inputs, storage, grid),
    };
  },
};

/** AWQ's scales, then GPTQ. */
export const awqGptq: Quantizer = {
  facts: {
    ...gptq.facts,
    name: 'awq-gptq',
    summary: "AWQ's rescaled inputs, then GPTQ: the two take different parts of the error away.",
    source: `${awq.facts.source}; ${gptq.facts.source}`,
    version: `${awq.facts.version}.${gptq.facts.version}`,
    needsStatistics: true,
    options: gptqOptions.extend({ clip: nbitsOptions.clip.removeDefault().default('mse') }),
    tuning: { damping: [0.1] },
  },

  plan(shape, recipe) {
    const planned = unclipped(shape, recipe);
    const plan = gptq.plan(shape, recipe);
    if ('refuse' in planned || 'refuse' in plan) return plan;
    return { ...plan, equalizer: activationAware(recipe, planned.storage, planned.grid) };
  },
};
