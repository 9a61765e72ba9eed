import { z } from 'zod';
import { kernelFor } from '../../kernels.ts';
import type { Bnb4Storage } from '../../pack/storage.ts';
import type { Quantizer } from '../../quantizer.ts';
import { commonOptions } from '../common-options.ts';
import { roundToNf4 } from './round-to-nf4.ts';

const options = z.strictObject({ ...commonOptions });

/** 4-bit NormalFloat, weights only. */
export const nf4: Quantizer = {
  facts: {
    name: 'nf4',
    summary: '4-bit NormalFloat: 16 levels placed for normally distributed weights, one magnitude per block.',
    source: 'QLoRA, arXiv 2305.14314; bitsandbytes; MatMulBnb4 of ONNX Runtime 1.30',
    version: '1',
    needsCalibration: false,
    bits: [4],
    granularities: ['group'],
    groups: [64, 16, 32, 128, 256],
    symmetric: [true],
    options,
    supports: (recipe, target) => kernelFor('matmul-bnb4', recipe.bits, target),
  },

  plan({ k, n }, recipe) {
    if (typeof recipe.granularity !== 'object')
      return { refuse: `nf4 has groups, not one scale per ${recipe.granularity}` };
    const storage: Bnb4Storage = { layout: 'matmul-bnb4', k, n, blockSize: recipe.granularity.group };
    return { storage, quantize: (weight) => roundToNf4(weight, storage) };
  },
};
