import { allocateParts, noError } from '../../pack/allocate-parts.ts';
import { matMulBnb4 } from '../../pack/matmul-bnb4.ts';
import type { PackedWeight, RoundingError } from '../../pack/packed-weight.ts';
import type { Bnb4Storage } from '../../pack/storage.ts';
import { rangeOf, rowOf, type Row } from '../../round/range-of.ts';
import { refuseNonFinite } from '../../weights/refuse-non-finite.ts';
import type { WeightSource } from '../../weights/weight-source.ts';
import { BUCKETS, FIRST_CODE, MIDPOINTS, NF4 } from './nf4-table.ts';

/** Every weight to the nearest level times its block's largest magnitude, packed for MatMulBnb4. */
export async function roundToNf4(weight: WeightSource, storage: Bnb4Storage): Promise<PackedWeight> {
  const { k, blockSize } = storage;
  const parts = allocateParts(matMulBnb4.parts(storage));
  const packed = parts[0]!.data;
  const absmax = new Float32Array(parts[1]!.data.buffer);
  const codes = new Uint8Array(blockSize);
  const error = noError();
  // Blocks run across channels: panels that end on a block boundary keep them whole.
  for await (const panel of weight.panels(channelsPerWholeBlocks(k, blockSize))) {
    const row = rowOf(panel.data);
    const base = panel.first * k;
    const length = panel.count * k;
    for (let start = 0; start < length; start += blockSize) {
      const end = Math.min(start + blockSize, length);
      absmax[(base + start) / blockSize] = roundBlock(row, start, end, codes, error);
      for (let i = 0, o = (base + start) / 2; i < end - start; i += 2, o++) {
        packed[o] = (codes[i]! << 4) | (i + 1 < end - start ? codes[i + 1]! : 0);
      }
    }
    if (!Number.isFinite(error.squares)) refuseNonFinite(weight.name, k, panel);
  }
  return { parts, error };
}

/** Fills `codes` and returns the block's largest magnitude. */
function roundBlock(row: Row, start: number, end: number, codes: Uint8Array, error: RoundingError): number {
  const { values } = row;
  const { low, high } = rangeOf(row, start, end);
  const absmax = Math.max(high, -low);
  const scale = absmax === 0 ? 1 : absmax;
  let squares = 0;
  let errorSquares = 0;
  let largest = error.largest * error.largest;
  for (let i = start, o = 0; i < end; i++, o++) {
    const weight = values[i]!;
    const level = weight / scale;
    let code = FIRST_CODE[((level + 1) * BUCKETS) | 0]!;
    if (level > MIDPOINTS[code]!) code++;
    codes[o] = code;
    const off = weight - Math.fround(NF4[code]! * absmax);
    squares += weight * weight;
    const square = off * off;
    errorSquares += square;
    if (square > largest) largest = square;
  }
  error.squares += squares;
  error.errorSquares += errorSquares;
  error.largest = Math.sqrt(largest);
  return absmax;
}

/** The fewest channels of `k` weights that fill whole blocks. */
export function channelsPerWholeBlocks(k: number, blockSize: number): number {
  let channels = 1;
  while ((channels * k) % blockSize !== 0) channels *= 2;
  return channels;
}
