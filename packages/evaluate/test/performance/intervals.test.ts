import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meanInterval, quantile } from '@quantloop/evaluate';
import { compareQuantiles, quantileByRequest } from '../../src/performance/resampled-quantile.ts';
import { compareTrimmed, trimmedInterval } from '../../src/performance/trimmed-interval.ts';
import { isWarm } from '../../src/performance/warm-up.ts';

const time = fc.double({ min: 1e-4, max: 10, noNaN: true });
const pairs = fc.array(fc.tuple(time, time), { minLength: 2, maxLength: 20 });

describe('the trimmed interval', () => {
  test('of 1 … 10 is 5.5 ± 3.0596, worked out by hand from Yuen', () => {
    // Kept 3 … 8; winsorized squares 42.5; √(42.5 / (6·5)) · t(0.975, 5) = 1.19024 · 2.57058.
    const { value, low, high } = trimmedInterval([7, 1, 3, 10, 5, 6, 2, 8, 9, 4]);
    expect([value, low, high].map((x) => Number(x.toFixed(4)))).toEqual([5.5, 2.4404, 8.5596]);
  });

  test('of fewer than five values is the ordinary t interval', () => {
    const { value, low, high } = trimmedInterval([1, 2, 4, 9]);
    expect({ value, low, high }).toEqual(
      (({ value, low, high }) => ({ value, low: expect.closeTo(low, 9), high: expect.closeTo(high, 9) }))(
        meanInterval([1, 2, 4, 9]),
      ),
    );
  });

  test('covers the true ratio of two log-normal timings in about 95 of 100 experiments', () => {
    let covered = 0;
    const experiments = 400;
    let state = 12345;
    const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    for (let i = 0; i < experiments; i++) {
      const baseline = Array.from({ length: 10 }, () => Math.exp(0.1 * normal()));
      const candidate = baseline.map(() => 0.7 * Math.exp(0.1 * normal()));
      const { ratio } = compareTrimmed(candidate, baseline);
      if (ratio.low <= 0.7 && ratio.high >= 0.7) covered++;
    }
    expect(covered / experiments).toBeGreaterThan(0.92);
    expect(covered / experiments).toBeLessThan(0.99);
  });

  test('of swapped models is the inverse ratio and the negative difference', () => {
    fc.assert(
      fc.property(pairs, (drawn) => {
        const [a, b] = [drawn.map(([x]) => x), drawn.map(([, y]) => y)];
        const [there, back] = [compareTrimmed(a, b), compareTrimmed(b, a)];
        expect(there.ratio.value * back.ratio.value).toBeCloseTo(1, 6);
        expect(there.ratio.low * back.ratio.high).toBeCloseTo(1, 6);
        expect(there.difference.low + back.difference.high).toBeCloseTo(0, 6);
      }),
    );
  });

  test('of a model against itself is exactly one', () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 20 }), (times) => {
        expect(compareTrimmed(times, times)).toMatchObject({
          ratio: { value: 1, low: 1, high: 1 },
          difference: { value: 0, low: 0, high: 0 },
        });
      }),
    );
  });
});

describe('the quantile over requests', () => {
  const requests = fc.array(fc.array(time, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 });

  test('is the quantile of all times together, within its bounds, which are times that occurred or lie between', () => {
    fc.assert(
      fc.property(requests, fc.constantFrom(0.5, 0.9, 0.99), (times, q) => {
        const { value, low, high } = quantileByRequest(times, q);
        expect(value).toBeCloseTo(quantile(times.flat(), q), 9);
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
        expect(low).toBeGreaterThanOrEqual(Math.min(...times.flat()));
        expect(high).toBeLessThanOrEqual(Math.max(...times.flat()));
      }),
      { numRuns: 25 },
    );
  });

  test('of two models in a fixed proportion has that ratio without any width', () => {
    const baseline = [[1, 2], [3], [0.5, 8]];
    const candidate = baseline.map((request) => request.map((x) => x / 4));
    expect(compareQuantiles(candidate, baseline, 0.9).ratio).toEqual({ value: 0.25, low: 0.25, high: 0.25 });
  });
});

describe('a model counts as warm', () => {
  test.each([
    { seconds: [1, 1], warm: false, why: 'not before three requests' },
    { seconds: [1, 1, 1], warm: true, why: 'when nothing changes' },
    { seconds: [9, 5, 1], warm: false, why: 'not while it gets faster' },
    { seconds: [9, 1, 0.98, 1.2], warm: true, why: 'when the last two are within 5 % of the best' },
    { seconds: [1, 7, 7], warm: true, why: 'also when the machine got slower' },
    { seconds: [8, 7, 6, 5, 4, 3, 2, 1], warm: true, why: 'after eight requests at the latest' },
  ])('$why: $seconds', ({ seconds, warm }) => {
    expect(isWarm(seconds)).toBe(warm);
  });
});
