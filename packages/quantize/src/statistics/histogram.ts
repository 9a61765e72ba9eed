/** Bins on each side of 0. */
export const BINS = 2048;

/** Below it everything falls into the two bins beside 0. */
const SMALLEST_LIMIT = 2 ** -100;

/** How often values fell into which bin. */
export interface Histogram {
  /** Bins divide [−limit, limit); a power of two, the smallest above the largest magnitude. */
  limit: number;
  /** `2 · BINS`, ascending; bin `BINS` begins at 0. */
  counts: Float64Array;
}

export const emptyHistogram = (): Histogram => ({
  limit: SMALLEST_LIMIT,
  counts: new Float64Array(2 * BINS),
});

/** The smallest power of two above a magnitude. */
export function limitFor(magnitude: number): number {
  let limit = 2 ** Math.floor(Math.log2(Math.max(magnitude, SMALLEST_LIMIT)));
  while (limit <= magnitude) limit *= 2;
  return limit;
}

/**
 * Widens a histogram in place: the range doubles and pairs of bins become one, as often as needed. Limits are powers of
 * two, so that the bins are those it would have had from the start: the order of what is counted does not matter.
 */
export function widen(histogram: Histogram, limit: number): void {
  if (limit <= histogram.limit) return;
  // Beyond 2^31 all bins of a side fall into its first.
  const shift = Math.min(31, Math.log2(limit / histogram.limit));
  const { counts } = histogram;
  for (let bin = 0; bin < BINS; bin++) {
    const to = bin >> shift;
    if (to === bin) continue;
    counts[BINS + to]! += counts[BINS + bin]!;
    counts[BINS + bin] = 0;
    counts[BINS - 1 - to]! += counts[BINS - 1 - bin]!;
    counts[BINS - 1 - bin] = 0;
  }
  histogram.limit = limit;
}

/** Counts values, none of which is larger in magnitude than `magnitude`, or not finite. */
export function countValues(histogram: Histogram, values: Float32Array, magnitude: number): void {
  widen(histogram, limitFor(magnitude));
  const { counts, limit } = histogram;
  const perUnit = BINS / limit;
  // Half the size of float64: both sides stay in the first-level cache. A batch has fewer than 2^32 values.
  const batch = new Uint32Array(2 * BINS);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const bin = (value * perUnit) | 0;
    // Towards 0 on both sides: bin 0 of the negative side is BINS − 1.
    batch[value < 0 ? BINS - 1 + bin : BINS + bin]!++;
  }
  for (let bin = 0; bin < batch.length; bin++) counts[bin]! += batch[bin]!;
}

/** Adds the counts of another histogram, which is left as it was. */
export function addHistogram(histogram: Histogram, other: Histogram): void {
  const copy = { limit: other.limit, counts: other.counts.slice() };
  const limit = Math.max(histogram.limit, copy.limit);
  widen(histogram, limit);
  widen(copy, limit);
  for (let bin = 0; bin < copy.counts.length; bin++) histogram.counts[bin]! += copy.counts[bin]!;
}
