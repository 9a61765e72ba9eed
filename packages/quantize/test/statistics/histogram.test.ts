import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChannelSums } from '../../src/statistics/channel-sums.ts';
import { BINS, limitFor } from '../../src/statistics/histogram.ts';
import { mergeStatistics, type InputStatistics } from '../../src/statistics/input-statistics.ts';

const statisticsOf = (batches: readonly Float32Array[], k: number): InputStatistics => {
  const sums = new ChannelSums(k);
  for (const batch of batches) sums.add(batch);
  return sums.result();
};

/** The bins of all values at once, by division. */
function referenceCounts(values: readonly number[], limit: number): number[] {
  const counts = new Array<number>(2 * BINS).fill(0);
  for (const value of values) {
    const bin = Math.floor(Math.abs(value) / (limit / BINS));
    counts[value < 0 ? BINS - 1 - bin : BINS + bin]! += 1;
  }
  return counts;
}

const K = 3;
const value = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true, min: -Math.fround(1e30), max: Math.fround(1e30) }),
  fc.float({ noNaN: true, min: -4, max: 4 }),
  fc.constantFrom(0, -0, 1, -1, 2, -2, 0.5),
);
const batches = fc.array(
  fc
    .array(fc.tuple(value, value, value), { minLength: 1, maxLength: 6 })
    .map((rows) => Float32Array.from(rows.flat())),
  { minLength: 1, maxLength: 5 },
);

/** A zero has no sign: which one comes first decides it. */
const bounds = ({ rows, low, high }: ReturnType<typeof mergeStatistics>) => ({
  rows,
  low: low.map((each) => each + 0),
  high: high.map((each) => each + 0),
});

describe('statistics of values that come in batches', () => {
  test('are those of all at once, in whatever order they come', () => {
    fc.assert(
      fc.property(batches, (parts) => {
        const all = parts.flatMap((part) => [...part]);
        const result = statisticsOf(parts, K);
        const { limit, counts } = result.histogram;
        expect(limit).toBe(Math.max(2 ** -100, limitFor(Math.max(...all.map(Math.abs)))));
        expect([...counts]).toEqual(referenceCounts(all, limit));
        expect(statisticsOf(parts.toReversed(), K).histogram).toEqual(result.histogram);
        for (let channel = 0; channel < K; channel++) {
          const own = all.filter((_, i) => i % K === channel);
          expect(result.low[channel]! + 0).toBe(Math.min(...own) + 0);
          expect(result.high[channel]! + 0).toBe(Math.max(...own) + 0);
          const mean = own.reduce((sum, each) => sum + Math.abs(each), 0) / own.length;
          expect(result.absMean[channel]).toBe(Math.fround(mean));
        }
        expect(result.rows).toBe(all.length / K);
      }),
    );
  });

  test('of two values merged are those of their rows together', () => {
    fc.assert(
      fc.property(batches, batches, (first, second) => {
        const merged = mergeStatistics([statisticsOf(first, K), statisticsOf(second, K)]);
        const together = statisticsOf([...first, ...second], K);
        expect(merged.histogram).toEqual(together.histogram);
        expect(bounds(merged)).toEqual(bounds(together));
        merged.absMean.forEach((mean, channel) =>
          expect(Math.abs(mean - together.absMean[channel]!)).toBeLessThanOrEqual(1e-6 * mean),
        );
      }),
    );
  });

  test('use between half and all of the bins of a side', () => {
    fc.assert(
      fc.property(fc.float({ min: Math.fround(1e-20), max: Math.fround(1e30), noNaN: true }), (largest) => {
        const { limit } = statisticsOf([Float32Array.of(largest)], 1).histogram;
        expect(largest / limit).toBeGreaterThanOrEqual(0.5);
        expect(largest / limit).toBeLessThan(1);
      }),
    );
  });
});
