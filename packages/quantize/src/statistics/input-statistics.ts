import { addHistogram, emptyHistogram, type Histogram } from './histogram.ts';

/** What was seen of the value x that some linear layers read: rows of k numbers, one row for each token. */
export interface InputStatistics {
  /** 0 where nothing was seen: the ranges are then empty. */
  rows: number;
  /** [k]: smallest value of each channel. */
  low: Float32Array<ArrayBuffer>;
  /** [k]: largest value of each channel. */
  high: Float32Array<ArrayBuffer>;
  /** [k]: mean of |x| of each channel. */
  absMean: Float32Array<ArrayBuffer>;
  /** Of all channels together. */
  histogram: Histogram;
}

/** [k]: max |x| of each channel. */
export function absMax({ low, high }: InputStatistics): Float32Array<ArrayBuffer> {
  return low.map((value, channel) => Math.max(-value, high[channel]!));
}

/** Of the smallest and the largest value of all channels. */
export function wholeRange({ low, high }: InputStatistics): { low: number; high: number } {
  return {
    low: low.reduce((least, value) => Math.min(least, value), Infinity),
    high: high.reduce((most, value) => Math.max(most, value), -Infinity),
  };
}

/** Of several values of one width, as if they were one: what a weight sees that layers with different inputs share. */
export function mergeStatistics(all: readonly [InputStatistics, ...InputStatistics[]]): InputStatistics {
  const [first] = all;
  if (all.length === 1) return first;
  const rows = all.reduce((sum, each) => sum + each.rows, 0);
  const histogram = emptyHistogram();
  for (const each of all) addHistogram(histogram, each.histogram);
  return {
    rows,
    low: first.low.map((_, channel) => Math.min(...all.map(({ low }) => low[channel]!))),
    high: first.high.map((_, channel) => Math.max(...all.map(({ high }) => high[channel]!))),
    absMean: first.absMean.map(
      (_, channel) =>
        all.reduce((sum, { rows: seen, absMean }) => sum + seen * absMean[channel]!, 0) / Math.max(1, rows),
    ),
    histogram,
  };
}
