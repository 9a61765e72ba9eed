import { freeMemory } from '@quantloop/runtime';
import { NBitsWriter } from '../../pack/nbits-writer.ts';
import { packCodes } from '../../pack/pack-codes.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { NBitsStorage } from '../../pack/storage.ts';
import type { LayerInputs } from '../../quantizer.ts';
import type { Grid } from '../../round/fit-span.ts';
import { errorOf, errorSums, type ErrorSums } from '../../round/error-sums.ts';
import { refuseNonFinite } from '../../weights/refuse-non-finite.ts';
import type { WeightSource } from '../../weights/weight-source.ts';
import { solve, type Solution } from './solve.ts';

export interface GptqOptions {
  weight: WeightSource;
  inputs: LayerInputs;
  storage: NBitsStorage;
  grid: Grid;
  activationOrder: boolean;
  damping: number;
}

/** A weight rounded by GPTQ, packed for MatMulNBits. */
export async function roundByGptq(options: GptqOptions): Promise<PackedWeight> {
  const { weight: source, inputs, storage, grid, activationOrder, damping } = options;
  const { k, n, bits, blockSize, scalePer } = storage;
  const original = await readRows(source);
  const group = scalePer === 'block' ? blockSize : k;
  const solution = await solve({
    name: source.name,
    weight: original,
    k,
    n,
    inputs,
    grid,
    group,
    activationOrder,
    damping,
  });
  const writer = new NBitsWriter(storage);
  const codes = new Uint8Array(writer.stride);
  const packed = new Uint8Array((writer.stride * bits) / 8);
  const groups = Math.ceil(k / group);
  const scales = new Float32Array(groups);
  const zeros = new Uint8Array(groups);
  for (let channel = 0; channel < n; channel++) {
    for (let g = 0; g < groups; g++) {
      scales[g] = solution.scales[g * n + channel]!;
      zeros[g] = solution.zeros[g * n + channel]!;
    }
    for (let i = 0; i < k; i++) codes[i] = solution.codes[i * n + channel]!;
    packCodes(codes, bits, packed, 0);
    writer.write({ first: channel, count: 1, codes: packed, scales, zeros });
  }
  const sums = errorSums();
  addErrors({ original, solution, n, group, sums });
  freeMemory(original);
  return { parts: writer.parts(), error: errorOf(sums) };
}

/** The whole weight, [k, n]. */
export async function readRows(source: WeightSource): Promise<Float32Array> {
  const { k, n } = source;
  const rows = new Float32Array(k * n);
  for await (const panel of source.panels()) {
    const { first, count, data } = panel;
    // 0 unless a weight is not finite.
    let check = 0;
    // A cache line of channels at a time.
    for (let start = 0; start < count; start += 16) {
      const end = Math.min(start + 16, count);
      for (let i = 0; i < k; i++) {
        const to = i * n + first;
        for (let c = start; c < end; c++) {
          const weight = data[c * k + i]!;
          rows[to + c] = weight;
          check += 0 * weight;
        }
      }
    }
    if (check !== 0) refuseNonFinite(source.name, k, panel);
  }
  return rows;
}

/** Adds up how far the weights read back lie from the original ones. */
export function addErrors(options: {
  original: Float32Array;
  solution: Solution;
  n: number;
  group: number;
  sums: ErrorSums;
}): void {
  const { original, n, group, sums } = options;
  const { codes, scales, zeros } = options.solution;
  // Local: added up in the array, every weight would wait for the one before to be stored.
  let [squares, errorSquares, largest] = [sums[0]!, sums[1]!, sums[2]!];
  for (let i = 0, input = 0; i < original.length; input++) {
    const grids = Math.floor(input / group) * n;
    for (let c = 0; c < n; c++, i++) {
      const weight = original[i]!;
      const off = weight - Math.fround((codes[i]! - zeros[grids + c]!) * scales[grids + c]!);
      const square = off * off;
      squares += weight * weight;
      errorSquares += square;
      if (square > largest) largest = square;
    }
  }
  sums.set([squares, errorSquares, largest]);
}
