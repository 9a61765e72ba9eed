import { allocateParts } from '../../pack/allocate-parts.ts';
import { CODEBOOKS } from '../../pack/codebook.ts';
import { doubleQuantize, doubleQuantizedValues } from '../../pack/double-quantized.ts';
import { blockCount, matMulBnb4 } from '../../pack/matmul-bnb4.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { Bnb4Storage } from '../../pack/storage.ts';
import { rangeOf, rowOf, type Row } from '../../round/range-of.ts';
import { errorOf, errorSums } from '../../round/error-sums.ts';
import { refuseNonFinite } from '../../weights/refuse-non-finite.ts';
import type { WeightSource } from '../../weights/weight-source.ts';
import { BlockRounder } from './block-rounder.ts';

/**
 * Every weight to the nearest level times its block's magnitude as it will be read back: the largest of the block, or
 * what rounding it as well leaves of it, for which the weight is read twice.
 */
export async function roundToLevels(
  weight: WeightSource,
  { storage }: { storage: Bnb4Storage },
): Promise<PackedWeight> {
  const { k, blockSize, doubleQuantized } = storage;
  const parts = allocateParts(matMulBnb4.parts(storage));
  const [packed, ...absmax] = parts;
  // Blocks run across channels: panels that end on a block boundary keep them whole.
  const channels = channelsPerWholeBlocks(k, blockSize);
  let magnitudes: Float32Array;
  if (doubleQuantized) {
    const exact = new Float32Array(blockCount(storage));
    for await (const { first, data } of weight.panels(channels)) {
      const row = rowOf(data);
      for (let start = 0, block = (first * k) / blockSize; start < data.length; start += blockSize, block++)
        exact[block] = magnitudeOf(row, start, Math.min(start + blockSize, data.length));
    }
    doubleQuantize(exact, absmax);
    magnitudes = doubleQuantizedValues(exact.length, absmax);
  } else {
    magnitudes = new Float32Array(absmax[0]!.data.buffer);
  }

  const sums = errorSums();
  const rounder = new BlockRounder(CODEBOOKS[storage.levels], blockSize, sums);
  for await (const panel of weight.panels(channels)) {
    const { data, first } = panel;
    const row = rowOf(data);
    for (let start = 0, block = (first * k) / blockSize; start < data.length; start += blockSize, block++) {
      const end = Math.min(start + blockSize, data.length);
      if (!doubleQuantized) magnitudes[block] = magnitudeOf(row, start, end);
      rounder.round(data, start, end, magnitudes[block]!);
      rounder.pack(packed!.data, (block * blockSize) / 2);
    }
    if (!Number.isFinite(sums[0])) refuseNonFinite(weight.name, k, panel);
  }
  return { parts, error: errorOf(sums) };
}

function magnitudeOf(row: Row, start: number, end: number): number {
  const { low, high } = rangeOf(row, start, end);
  return Math.max(high, -low);
}

/** The fewest channels of `k` weights that fill whole blocks. */
function channelsPerWholeBlocks(k: number, blockSize: number): number {
  let channels = 1;
  while ((channels * k) % blockSize !== 0) channels *= 2;
  return channels;
}
