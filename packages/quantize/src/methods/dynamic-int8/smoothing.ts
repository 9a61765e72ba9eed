import { z } from 'zod';
import type { Equalizer } from '../../equalize/equalizer.ts';
import { smoothScale } from '../../equalize/smooth-scales.ts';
import { fitSpan, type Grid } from '../../round/fit-span.ts';
import { rowOf } from '../../round/range-of.ts';
import { readBack } from '../../round/read-back.ts';

/** Option of every method that rounds weights and activations to 8 bits. */
export const smoothingOptions = {
  smooth: z
    .union([z.enum(['none', 'auto']), z.number().min(0).max(1)])
    .default('none')
    .describe(
      'SmoothQuant: how much of what makes activations hard to round goes into the weights. 0.5 is the paper; auto: what leaves the least output error of each layer.',
    ),
};

/** Exponents that `auto` tries beside leaving everything as it is. */
const ALPHAS = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);

/**
 * SmoothQuant before 8-bit weights and activations. Weights are judged by one scale per channel, also where the tensor
 * has one.
 */
export function smoothing(options: { smooth: number | 'auto'; k: number; bits: number }): Equalizer {
  const { smooth, k, bits } = options;
  const grid: Grid = { bits, range: 'centered', clip: 'none', scaleType: 'float32' };
  return {
    name: `smooth ${smooth}`,
    group: k,
    fixed: smooth !== 'auto',
    candidates: (magnitudes) =>
      (smooth === 'auto' ? ALPHAS : [smooth]).map((alpha) => smoothScale(magnitudes, alpha)),
    round(channels, count) {
      const row = rowOf(channels);
      for (let c = 0; c < count; c++) {
        const [start, end] = [c * k, (c + 1) * k];
        readBack(channels, start, end, fitSpan(row, start, end, grid), bits, channels, start);
      }
    },
    activationSteps: 255,
  };
}
