import { compareAcross, type Comparison, type Measurement } from '@quantloop/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const measured = (value: number, spread: number, ratio?: number): Measurement => ({
  value,
  low: value - spread,
  high: value + spread,
  unit: 's',
  n: 5,
  higherIsBetter: false,
  convention: 'test',
  ...(ratio !== undefined && { versusBaseline: versus(ratio) }),
});
const versus = (ratio: number): Comparison => ({
  difference: { value: 0, low: 0, high: 0 },
  ratio: { value: ratio, low: ratio * 0.98, high: ratio * 1.02 },
  pairs: 5,
  test: 'paired-t',
});

describe('measurements of two sessions', () => {
  test('half widths add in squares', () => {
    const { difference } = compareAcross(measured(10, 3), measured(8, 4));
    expect(difference).toEqual({ value: 2, low: -3, high: 7 });
  });

  test('a slower machine cancels where both were compared with their baseline', () => {
    const { ratio, test } = compareAcross(measured(20, 1, 0.5), measured(10, 1, 0.5));
    expect(test).toBe('ratio-of-ratios');
    expect(ratio.value).toBe(1);
    expect(ratio.low).toBeLessThan(1);
    expect(ratio.high).toBeGreaterThan(1);
  });

  test('the interval holds the value, and the other way round it is the reciprocal', () => {
    const positive = fc.double({ min: 0.1, max: 100, noNaN: true });
    const share = fc.double({ min: 0, max: 0.9, noNaN: true });
    fc.assert(
      fc.property(positive, share, positive, share, (a, x, b, y) => {
        const [after, before] = [measured(a, a * x), measured(b, b * y)];
        const { ratio } = compareAcross(after, before);
        expect(ratio.low).toBeLessThanOrEqual(ratio.value);
        expect(ratio.high).toBeGreaterThanOrEqual(ratio.value);
        const reverse = compareAcross(before, after).ratio;
        expect(reverse.low * ratio.high).toBeCloseTo(1, 9);
        expect(reverse.high * ratio.low).toBeCloseTo(1, 9);
      }),
    );
  });
});
