import { type Matrix, multiply, type Triangle } from '@quantloop/runtime';
import type { LayerInputs } from '../../quantizer.ts';
import type { Grid } from '../../round/fit-span.ts';
import { roundHalfEven } from '../../round/round-half-even.ts';
import { factorOf } from './factor-of.ts';
import { fitGroup } from './fit-group.ts';

export interface SolveOptions {
  /** The weight's name, for messages. */
  name: string;
  /** [k, n] row-major; overwritten. */
  weight: Float64Array;
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
  const { k, n, grid, activationOrder, inputs } = options;
  const group = Math.min(options.group, k);
  const groups = Math.ceil(k / group);
  const solution: Solution = {
    codes: new Uint8Array(k * n),
    scales: new Float32Array(groups * n),
    zeros: new Uint8Array(groups * n),
  };
  const { order, upper } = await factorOf(options);
  const fit = (weight: Float64Array, g: number) =>
    fitGroup({ weight, k, n, first: g * group, count: group, grid, solution, g });
  if (activationOrder) for (let g = 0; g < groups; g++) fit(options.weight, g);
  const rows = activationOrder ? reorderRows(options.weight, order, n) : options.weight;
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

  const roundLeaf = ({ data, rows: size }: Matrix<Float64Array>, start: number): void => {
    for (let i = 0; i < size; i++) {
      const input = order[start + i]!;
      const g = Math.floor(input / group);
      if (!activationOrder && input % group === 0) fit(rows, g);
      const at = (start + i) * n;
      const error = errors.subarray(at, at + n);
      const row = rows.subarray(at, at + n);
      roundRow({ row, input, g, n, bits: grid.bits, pivot: data[i * size + i]!, solution, error });
      for (let j = i + 1; j < size; j++) {
        const factor = data[i * size + j]!;
        if (factor === 0) continue;
        for (let c = 0, to = (start + j) * n; c < n; c++, to++) rows[to]! -= factor * error[c]!;
      }
    }
  };

  await round(upper, 0);
  return solution;
}

/** Codes of one input for all channels, and the errors (w − q) / pivot. */
function roundRow(options: {
  row: Float64Array;
  input: number;
  g: number;
  n: number;
  bits: number;
  pivot: number;
  solution: Solution;
  error: Float64Array;
}): void {
  const { row, input, g, n, bits, pivot, error } = options;
  const { codes, scales, zeros } = options.solution;
  const top = 2 ** bits - 1;
  for (let c = 0; c < n; c++) {
    const scale = scales[g * n + c]!;
    const zero = zeros[g * n + c]!;
    const weight = row[c]!;
    // Where the scale is 0 so were the weights.
    let steps = scale === 0 ? 0 : roundHalfEven(weight / scale);
    if (steps < -zero) steps = -zero;
    else if (steps > top - zero) steps = top - zero;
    codes[input * n + c] = steps + zero;
    error[c] = (weight - Math.fround(steps * scale)) / pivot;
  }
}

function reorderRows(weight: Float64Array, order: Uint32Array, n: number): Float64Array {
  const rows = new Float64Array(weight.length);
  order.forEach((input, i) => rows.set(weight.subarray(input * n, (input + 1) * n), i * n));
  return rows;
}
