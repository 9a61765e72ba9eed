import { allocateParts } from '../../pack/allocate-parts.ts';
import { matMulBnb4 } from '../../pack/matmul-bnb4.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { Bnb4Storage } from '../../pack/storage.ts';
import { rangeOf, rowOf, type Row } from '../../round/range-of.ts';
import { errorOf, errorSums, type ErrorSums } from '../../round/round-span.ts';
import { refuseNonFinite } from '../../weights/refuse-non-finite.ts';
import type { WeightSource } from '../../weights/weight-source.ts';
import { BUCKETS, FIRST_CODE, MIDPOINTS, NF4 } from '../../pack/nf4-table.ts';

/** Every weight to the nearest level times its block's largest magnitude, packed for MatMulBnb4. */
export async function roundToNf4(weight: WeightSource, storage: Bnb4Storage): Promise<PackedWeight> {
  const { k, blockSize } = storage;
  const parts = allocateParts(matMulBnb4.parts(storage));
  const packed = parts[0]!.data;
  const absmax = new Float32Array(parts[1]!.data.buffer);
  // One more than a block: an odd last block is padded with code 0.
  const codes = new Uint8Array(blockSize + 1);
  const sums = errorSums();
  // Blocks run across channels: panels that end on a block boundary keep them whole.
  for await (const panel of weight.panels(channelsPerWholeBlocks(k, blockSize))) {
    const row = rowOf(panel.data);
    const base = panel.first * k;
    const length = panel.count * k;
    for (let start = 0; start < length; start += blockSize) {
      const size = Math.min(blockSize, length - start);
      absmax[(base + start) / blockSize] = roundBlock(row, start, size, codes, sums);
      codes[size] = 0;
      for (let i = 0, o = (base + start) / 2; i < size; i += 2, o++)
        packed[o] = (codes[i]! << 4) | codes[i + 1]!;
    }
    if (!Number.isFinite(sums[0])) refuseNonFinite(weight.name, k, panel);
  }
  return { parts, error: errorOf(sums) };
}

/** Fills `codes` from its start and returns the block's largest magnitude. */
function roundBlock(row: Row, start: number, size: number, codes: Uint8Array, sums: ErrorSums): number {
  const { values } = row;
  const { low, high } = rangeOf(row, start, start + size);
  const absmax = Math.max(high, -low);
  const scale = absmax === 0 ? 1 : absmax;
  let squares = 0;
  let errorSquares = 0;
  let largest = sums[2]!;
  for (let i = 0; i < size; i++) {
    const weight = values[start + i]!;
    const level = weight / scale;
    let code = FIRST_CODE[((level + 1) * BUCKETS) | 0]!;
    // Without a branch: which side of a midpoint a weight lies on cannot be predicted.
    code += +(level > MIDPOINTS[code]!);
    codes[i] = code;
    const off = weight - Math.fround(NF4[code]! * absmax);
    squares += weight * weight;
    const square = off * off;
    errorSquares += square;
    if (square > largest) largest = square;
  }
  sums[0]! += squares;
  sums[1]! += errorSquares;
  sums[2] = largest;
  return absmax;
}

/** The fewest channels of `k` weights that fill whole blocks. */
export function channelsPerWholeBlocks(k: number, blockSize: number): number {
  let channels = 1;
  while ((channels * k) % blockSize !== 0) channels *= 2;
  return channels;
}
