import { z } from 'zod';
import { kernelFor } from '../../kernels.ts';
import type { Bnb4Storage } from '../../pack/storage.ts';
import type { Quantizer } from '../../quantizer.ts';
import { commonOptions } from '../common-options.ts';
import { planRounding } from '../roundings.ts';

const options = z.strictObject({
  doubleQuant: z
    .boolean()
    .default(false)
    .describe(
      'Whether the magnitudes of the blocks are rounded to 8 bits too: 0.37 bits less per weight in blocks of 64.',
    ),
  ...commonOptions,
});

/** A 4-bit format of bitsandbytes, weights only: a fixed set of levels, and one magnitude per block. */
function bnb4(name: Bnb4Storage['levels'], summary: string): Quantizer {
  return {
    facts: {
      name,
      summary,
      source: 'QLoRA, arXiv 2305.14314; bitsandbytes; MatMulBnb4 of ONNX Runtime 1.30',
      version: '2',
      needsCalibration: false,
      bits: [4],
      granularities: ['group'],
      groups: [64, 16, 32, 128, 256],
      symmetric: [true],
      options,
      suits: 'synchronous',
      supports: (recipe, target) => kernelFor('matmul-bnb4', recipe.bits, target),
    },

    plan({ k, n }, recipe) {
      if (typeof recipe.granularity !== 'object')
        return { refuse: `${name} has groups, not one scale per ${recipe.granularity}` };
      const blockSize = recipe.granularity.group;
      const { doubleQuant: doubleQuantized } = options.parse(recipe.options);
      const storage: Bnb4Storage = { layout: 'matmul-bnb4', k, n, levels: name, blockSize, doubleQuantized };
      return planRounding({ kind: 'levels', storage });
    },
  };
}

export const nf4 = bnb4(
  'nf4',
  '4-bit NormalFloat: 16 levels placed for normally distributed weights, one magnitude per block.',
);

export const fp4 = bnb4(
  'fp4',
  '4-bit floating point: levels at powers of two and halfway, one magnitude per block. Less exact than nf4.',
);
