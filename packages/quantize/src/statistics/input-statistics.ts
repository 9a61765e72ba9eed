import { addHistogram, emptyHistogram, type Histogram } from './histogram.ts';

/** The ranges of the value x that some linear layers read: rows of k numbers, one row for each token. */
export interface InputRanges {
  /** 0 where nothing was seen: the ranges are then empty. */
  rows: number;
  /** [k]: smallest value of each channel. */
  low: Float32Array<ArrayBuffer>;
  /** [k]: largest value of each channel. */
  high: Float32Array<ArrayBuffer>;
}

/** What was seen of the value. */
export interface InputStatistics extends InputRanges {
  /** [k]: mean of |x| of each channel. */
  absMean: Float32Array<ArrayBuffer>;
  /** Of all channels together. */
  histogram: Histogram;
}

/** [k]: max |x| of each channel. */
export function absMax({ low, high }: InputRanges): Float32Array<ArrayBuffer> {
  return low.map((value, channel) => Math.max(-value, high[channel]!));
}

/** From the smallest to the largest value of all channels; of nothing, 0. */
export function wholeRange({ rows, low, high }: InputRanges): { low: number; high: number } {
  if (rows === 0) return { low: 0, high: 0 };
  return {
    low: low.reduce((least, value) => Math.min(least, value), Infinity),
    high: high.reduce((most, value) => Math.max(most, value), -Infinity),
  };
}

/** The ranges of x / scale. */
export function divideRanges({ rows, low, high }: InputRanges, scale: Float64Array): InputRanges {
  const divide = (value: number, channel: number) => value / scale[channel]!;
  return { rows, low: low.map(divide), high: high.map(divide) };
}

/** Of several values of one width, as if they were one. */
export function mergeRanges(all: readonly [InputRanges, ...InputRanges[]]): InputRanges {
  const [first] = all;
  return {
    rows: all.reduce((sum, each) => sum + each.rows, 0),
    low: first.low.map((_, channel) => Math.min(...all.map(({ low }) => low[channel]!))),
    high: first.high.map((_, channel) => Math.max(...all.map(({ high }) => high[channel]!))),
  };
}

/** Of several values of one width, as if they were one: what a weight sees that layers with different inputs share. */
export function mergeStatistics(all: readonly [InputStatistics, ...InputStatistics[]]): InputStatistics {
  const [first] = all;
  if (all.length === 1) return first;
  const ranges = mergeRanges(all);
  const histogram = emptyHistogram();
  for (const each of all) addHistogram(histogram, each.histogram);
  const sumOf = (channel: number) =>
    all.reduce((sum, { rows, absMean }) => sum + rows * absMean[channel]!, 0);
  const absMean = first.absMean.map((_, channel) => sumOf(channel) / Math.max(1, ranges.rows));
  return { ...ranges, absMean, histogram };
}
