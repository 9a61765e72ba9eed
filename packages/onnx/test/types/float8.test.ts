import { FLOAT8_MAX, FLOAT8_VALUES, float8Code } from '@quantloop/onnx';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

describe.each(['float8e4m3fn', 'float8e5m2'] as const)('%s', (type) => {
  const values = FLOAT8_VALUES[type];
  const finite = [...values.keys()].filter((code) => Number.isFinite(values[code]));

  test('every number is its own code', () => {
    for (const code of finite) expect(float8Code(values[code]!, type)).toBe(code);
    expect(FLOAT8_MAX[type]).toBe(Math.max(...finite.map((code) => values[code]!)));
  });

  test('a number takes the nearest code of all, halfway the even one', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e5, max: 1e5, noNaN: true }), fc.nat(3), (value, shrink) => {
        const target = value / 1e3 ** shrink;
        const distances = finite.map((code) => Math.abs(values[code]! - target));
        const least = Math.min(...distances);
        const nearest = finite.filter((_, i) => distances[i] === least);
        const code = float8Code(target, type);
        expect(nearest).toContain(code);
        // +0 and −0 are one number.
        if (values[code] !== 0 && nearest.length > 1) expect(code % 2).toBe(0);
      }),
      { numRuns: 2000 },
    );
    for (const [i, code] of finite.filter((code) => code < 0x7a).entries()) {
      const halfway = (values[code]! + values[code + 1]!) / 2;
      expect(float8Code(halfway, type)).toBe(i % 2 === 0 ? code : code + 1);
    }
  });

  test('is rounded once, not by way of single precision', () => {
    // Above halfway between 1 and the next number by less than single precision can tell.
    const step = values[float8Code(1, type) + 1]! - 1;
    expect(float8Code(1 + step / 2 + 2 ** -40, type)).toBe(float8Code(1, type) + 1);
  });

  test('beyond the largest number is that, and NaN stays NaN', () => {
    for (const value of [FLOAT8_MAX[type] * 1.01, 1e30, 1e300, Infinity]) {
      expect(values[float8Code(value, type)]).toBe(FLOAT8_MAX[type]);
      expect(values[float8Code(-value, type)]).toBe(-FLOAT8_MAX[type]);
    }
    expect(values[float8Code(Number.NaN, type)]).toBeNaN();
  });
});
