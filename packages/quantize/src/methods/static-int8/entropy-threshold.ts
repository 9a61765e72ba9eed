import { BINS, type Histogram } from '../../statistics/histogram.ts';

/** Levels of |x|: those of a signed 8-bit integer. */
const LEVELS = 128;
/** Takes the place of 0 in a distribution, so that no ratio is infinite. */
const EPSILON = 1e-4;

/**
 * The magnitude to clip at: that which leaves the smallest Kullback-Leibler divergence of the quantized distribution of
 * |x| from the clipped one, of all numbers of bins from 128 on.
 */
export function entropyThreshold({ counts, limit }: Histogram): number {
  const magnitudes = Float64Array.from(
    { length: BINS },
    (_, bin) => counts[BINS + bin]! + counts[BINS - 1 - bin]!,
  );
  const total = magnitudes.reduce((sum, count) => sum + count, 0);
  let best = BINS;
  let least = Infinity;
  let inside = magnitudes.subarray(0, LEVELS - 1).reduce((sum, count) => sum + count, 0);
  for (let bins = LEVELS; bins <= BINS; bins++) {
    inside += magnitudes[bins - 1]!;
    const loss = divergence(magnitudes, bins, total - inside, total, inside);
    if (loss < least) [best, least] = [bins, loss];
  }
  return (best * limit) / BINS;
}

/** Of the first `bins` merged into levels and spread again, from the same with what lies outside in the last one. */
function divergence(
  counts: Float64Array,
  bins: number,
  outside: number,
  total: number,
  inside: number,
): number {
  if (inside === 0) return Infinity;
  let sum = 0;
  for (let level = 0; level < LEVELS; level++) {
    const start = Math.floor((level * bins) / LEVELS);
    const end = Math.floor(((level + 1) * bins) / LEVELS);
    let merged = 0;
    let filled = 0;
    for (let bin = start; bin < end; bin++) {
      merged += counts[bin]!;
      if (counts[bin]! > 0) filled++;
    }
    for (let bin = start; bin < end; bin++) {
      const p = (counts[bin]! + (bin === bins - 1 ? outside : 0)) / total;
      if (p === 0) continue;
      const q = counts[bin]! > 0 ? merged / filled / inside : 0;
      sum += p * Math.log(p / Math.max(q, EPSILON / bins));
    }
  }
  return sum;
}
