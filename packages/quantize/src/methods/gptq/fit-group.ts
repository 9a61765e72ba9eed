import { fitSpan, type Grid } from '../../round/fit-span.ts';
import { rowOf } from '../../round/range-of.ts';
import type { Solution } from './solve.ts';

/** The grid of each channel for the inputs `first … first + count`, from their weights in `weights` [k, n]. */
export function fitGroup(options: {
  weights: Float32Array | Float64Array;
  k: number;
  n: number;
  first: number;
  count: number;
  grid: Grid;
  solution: Solution;
  /** Index of the group. */
  g: number;
}): void {
  const { weights, k, n, first, grid, solution, g } = options;
  const count = Math.min(options.count, k - first);
  const row = rowOf(new Float32Array(count));
  for (let c = 0; c < n; c++) {
    for (let i = 0, at = first * n + c; i < count; i++, at += n) row.values[i] = weights[at]!;
    const { scale, zero } = fitSpan(row, 0, count, grid);
    solution.scales[g * n + c] = scale;
    solution.zeros[g * n + c] = zero;
  }
}
