import { countValues, emptyHistogram } from './histogram.ts';
import type { InputStatistics } from './input-statistics.ts';

/** Adds up what {@link InputStatistics} says, batch by batch. */
export class ChannelSums {
  readonly #low: Float32Array<ArrayBuffer>;
  readonly #high: Float32Array<ArrayBuffer>;
  readonly #sums: Float64Array<ArrayBuffer>;
  readonly #histogram = emptyHistogram();
  #rows = 0;

  constructor(k: number) {
    this.#low = new Float32Array(k).fill(Infinity);
    this.#high = new Float32Array(k).fill(-Infinity);
    this.#sums = new Float64Array(k);
  }

  /** Rows of k finite values. Others spoil the result without an error: {@link accumulateMoments} finds them. */
  add(rows: Float32Array): void {
    const [low, high, sums] = [this.#low, this.#high, this.#sums];
    const k = low.length;
    let magnitude = 0;
    for (let start = 0; start < rows.length; start += k) {
      for (let channel = 0; channel < k; channel++) {
        const value = rows[start + channel]!;
        if (value < low[channel]!) low[channel] = value;
        if (value > high[channel]!) high[channel] = value;
        const size = Math.abs(value);
        sums[channel]! += size;
        if (size > magnitude) magnitude = size;
      }
    }
    this.#rows += rows.length / k;
    if (Number.isFinite(magnitude)) countValues(this.#histogram, rows, magnitude);
  }

  result(): InputStatistics {
    const rows = this.#rows;
    return {
      rows,
      low: this.#low,
      high: this.#high,
      absMean: Float32Array.from(this.#sums, (sum) => sum / Math.max(1, rows)),
      histogram: this.#histogram,
    };
  }
}
