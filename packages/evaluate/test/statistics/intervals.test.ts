import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  meanInterval,
  meanStandardError,
  pairedProportions,
  pairedRatio,
  proportionInterval,
  quantile,
  quantileInterval,
} from '../../src/index.ts';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
const times = fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 30 });
const flags = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(0, 1)), {
  minLength: 1,
  maxLength: 60,
});

describe('mean', () => {
  test('textbook interval: 8 values, mean 5, t(7) = 2.3646', () => {
    // Σ(x − 5)² = 32, s² = 32/7, standard error √(32/7/8).
    const interval = meanInterval([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(interval.value).toBe(5);
    expect(interval.standardError).toBeCloseTo(Math.sqrt(32 / 56), 12);
    expect(interval.high - 5).toBeCloseTo(2.364624252 * Math.sqrt(32 / 56), 8);
    expect(5 - interval.low).toBeCloseTo(interval.high - 5, 12);
  });

  test.for([
    [1319, 0.5, 0.01377],
    [10042, 0.6, 0.00489],
  ] as const)(
    'standard error of %d right-or-wrong results at %d, as lm-eval reports it',
    ([n, p, expected]) => {
      const right = Math.round(n * p);
      const results = Array.from({ length: n }, (_, i) => (i < right ? 1 : 0));
      expect(meanStandardError(results)).toBeCloseTo(expected, 5);
    },
  );

  test('one value has no width, and shifting values shifts the interval', () => {
    expect(meanInterval([3])).toEqual({ value: 3, low: 3, high: 3, standardError: 0, n: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: -100, max: 100, noNaN: true }), (list, shift) => {
        const one = meanInterval(list);
        const other = meanInterval(list.map((value) => value + shift));
        expect(one.low).toBeLessThanOrEqual(one.value);
        expect(one.high).toBeGreaterThanOrEqual(one.value);
        expect(Math.abs(other.value - shift - one.value)).toBeLessThan(1e-6);
        expect(Math.abs(other.standardError - one.standardError)).toBeLessThan(1e-6);
      }),
    );
  });
});

describe('paired ratio', () => {
  test('constant factors are found exactly, and swapping the sides inverts the ratio', () => {
    fc.assert(
      fc.property(times, fc.double({ min: 0.1, max: 10, noNaN: true }), (baseline, factor) => {
        const candidate = baseline.map((value) => value * factor);
        const { ratio, pairs, test: name } = pairedRatio(candidate, baseline);
        expect(ratio.value).toBeCloseTo(factor, 9);
        expect(ratio.high - ratio.low).toBeLessThan(1e-9 * factor + 1e-12);
        expect([pairs, name]).toEqual([baseline.length, 'paired-t']);
      }),
    );
    const forth = pairedRatio([1, 2, 3.5], [2, 3, 4]);
    const back = pairedRatio([2, 3, 4], [1, 2, 3.5]);
    expect(forth.ratio.value * back.ratio.value).toBeCloseTo(1, 12);
    expect(forth.ratio.low * back.ratio.high).toBeCloseTo(1, 12);
    expect(forth.difference.value).toBeCloseTo(-back.difference.value, 12);
  });

  test.for([
    [[], []],
    [[1], [1, 2]],
    [[0], [1]],
    [[1], [Number.NaN]],
  ])('values that give no ratio are refused: %j against %j', ([candidate, baseline]) => {
    expect(() => pairedRatio(candidate!, baseline!)).toThrow(RangeError);
  });
});

describe('quantiles', () => {
  test('are linear between order statistics, as numpy has it', () => {
    expect(quantile([15, 20, 35, 40, 50], 0.4)).toBeCloseTo(29, 12);
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([7], 0.99)).toBe(7);
  });

  test('the interval of a median of 10 values runs from the 2nd to the 9th (97.9 %)', () => {
    const { low, high } = quantileInterval([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 0.5);
    expect([low, high]).toEqual([2, 9]);
  });

  test('the interval lies within the values and holds the quantile', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, q) => {
        const { value, low, high } = quantileInterval(list, q);
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
        expect(low).toBeGreaterThanOrEqual(Math.min(...list));
        expect(high).toBeLessThanOrEqual(Math.max(...list));
      }),
    );
  });
});

describe('proportions', () => {
  test('Wilson’s interval of 10 in 100 and of 0 in 20', () => {
    const ten = proportionInterval(10, 100);
    expect(ten.low).toBeCloseTo(0.0552, 4);
    expect(ten.high).toBeCloseTo(0.1744, 4);
    expect(proportionInterval(0, 20)).toMatchObject({ value: 0, low: 0 });
    expect(proportionInterval(0, 20).high).toBeCloseTo(0.1611, 4);
  });

  test('paired: the difference of proportions and its bounds, whatever the results', () => {
    fc.assert(
      fc.property(flags, (pairs) => {
        const [candidate, baseline] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        const { difference, ratio } = pairedProportions(candidate, baseline);
        const share = (list: number[]) => list.reduce((sum, flag) => sum + flag, 0) / list.length;
        expect(difference.value).toBeCloseTo(share(candidate) - share(baseline), 12);
        expect(difference.low).toBeLessThanOrEqual(difference.value);
        expect(difference.high).toBeGreaterThanOrEqual(difference.value);
        // Even of equal results something remains unknown.
        expect(difference.high - difference.low).toBeGreaterThan(0);
        expect(ratio.low).toBeLessThanOrEqual(ratio.value);
        expect(ratio.high).toBeGreaterThanOrEqual(ratio.value);
        const swapped = pairedProportions(baseline, candidate).difference;
        expect(swapped.low).toBeCloseTo(-difference.high, 12);
      }),
    );
  });

  test('paired: nominal 95 % bounds hold the truth in 92 to 99 % of 400 simulated comparisons', () => {
    let state = 7;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    // Baseline right with 0.8; the candidate loses 0.1 of those and gains 0.2 of the others: 0.76.
    let held = 0;
    let ratioHeld = 0;
    for (let round = 0; round < 400; round++) {
      const baseline = Array.from({ length: 150 }, () => (random() < 0.8 ? 1 : 0));
      const candidate = baseline.map((flag) => (random() < (flag === 1 ? 0.9 : 0.2) ? 1 : 0));
      const { difference, ratio } = pairedProportions(candidate, baseline);
      if (difference.low <= -0.04 && difference.high >= -0.04) held += 1;
      if (ratio.low <= 0.95 && ratio.high >= 0.95) ratioHeld += 1;
    }
    for (const share of [held / 400, ratioHeld / 400]) {
      expect(share).toBeGreaterThan(0.92);
      expect(share).toBeLessThan(0.99);
    }
  });
});
