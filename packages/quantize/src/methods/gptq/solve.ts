import { freeMemory, type Matrix, multiply, type Triangle } from '@quantloop/runtime';
import type { LayerInputs } from '../../quantizer.ts';
import type { Grid } from '../../round/fit-span.ts';
import { factorOf } from './factor-of.ts';
import { fitGroup } from './fit-group.ts';
import { LeafRounder } from './leaf-rounder.ts';

export interface SolveOptions {
  /** The weight's name, for messages. */
  name: string;
  /** [k, n] row-major. */
  weight: Float32Array;
  k: number;
  n: number;
  inputs: LayerInputs;
  grid: Grid;
  /** Inputs that share a grid; k or more: one grid a channel. */
  group: number;
  /** Rounds inputs in the order of their mean square, largest first; groups are then fitted to the original weight. */
  activationOrder: boolean;
  /** Added to the diagonal of the Hessian, as a fraction of its mean. */
  damping: number;
}

export interface Solution {
  /** [k, n]. */
  codes: Uint8Array;
  /** Scales and codes of zero, [ceil(k / group), n]. */
  scales: Float32Array;
  zeros: Uint8Array;
}

/**
 * GPTQ (arXiv 2210.17323; IST-DASLab/gptq): inputs are rounded one after the other, and the error of each is made up
 * for by those that follow, so that Σ‖x(W − Q)‖² stays small. In double precision throughout, so that the codes are
 * those of the plain algorithm whatever the order in which sums are formed.
 *
 * An input that was 0 on all of the calibration text is rounded plainly; the reference sets its weights to 0.
 */
export async function solve(options: SolveOptions): Promise<Solution> {
  const { weight, k, n, grid, activationOrder, inputs } = options;
  const group = Math.min(options.group, k);
  const groups = Math.ceil(k / group);
  const solution: Solution = {
    codes: new Uint8Array(k * n),
    scales: new Float32Array(groups * n),
    zeros: new Uint8Array(groups * n),
  };
  const { order, upper } = await factorOf(options);
  const fit = (weights: Float32Array | Float64Array, g: number) =>
    fitGroup({ weights, k, n, first: g * group, count: group, grid, solution, g });
  if (activationOrder) for (let g = 0; g < groups; g++) fit(weight, g);
  const rows = new Float64Array(k * n);
  order.forEach((input, i) => rows.set(weight.subarray(input * n, (input + 1) * n), i * n));
  const errors = new Float64Array(k * n);

  /** Rounds the inputs from `start` on that a part of U is for; they have been corrected for all before them. */
  const round = async (part: Triangle, start: number): Promise<void> => {
    if ('leaf' in part) return roundLeaf(part.leaf, start);
    const { left, corner, right } = part;
    const middle = start + left.rows;
    await round(left, start);
    const rest = rows.subarray(middle * n, (start + part.rows) * n);
    await multiply(inputs.arithmetic, {
      a: corner,
      b: { data: errors.subarray(start * n, middle * n), rows: left.rows, columns: n },
      transposeA: true,
      scale: -1,
      plus: { data: rest, rows: right.rows, columns: n },
      into: rest,
    });
    await round(right, middle);
  };

  const rounder = new LeafRounder(n, grid.bits);
  const roundLeaf = (part: Matrix<Float64Array>, start: number): void => {
    const within = order.subarray(start, start + part.rows);
    // A group that begins here is fitted to what its weights have become.
    const step = activationOrder ? part.rows : Math.min(group, part.rows);
    for (let first = 0; first < part.rows; first += step) {
      if (!activationOrder && (start + first) % group === 0) fit(rows, (start + first) / group);
      const leaf = { upper: part, start, first, last: Math.min(first + step, part.rows) };
      rounder.round({ leaf, rows, errors, inputs: within, group, solution });
    }
  };

  await round(upper, 0);
  freeMemory(rows);
  freeMemory(errors);
  return solution;
}
