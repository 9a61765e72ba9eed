import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
  toFloat32,
  transpose,
} from '@quantloop/onnx';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const HALVES = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

/** The value of a float with so many exponent and fraction bits, by the definition of IEEE 754. */
function decode(bits: number, exponentBits: number, fractionBits: number): number {
  const sign = bits >>> 15 ? -1 : 1;
  const exponent = (bits >>> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

const FORMATS = [
  { name: 'float16', widen: float16ToFloat32, narrow: float32ToFloat16, exponentBits: 5, fractionBits: 10 },
  { name: 'bfloat16', widen: bfloat16ToFloat32, narrow: float32ToBfloat16, exponentBits: 8, fractionBits: 7 },
];

describe.each(FORMATS)('$name', ({ widen, narrow, exponentBits, fractionBits }) => {
  test('widens every pattern to the value that IEEE 754 defines', () => {
    const values = widen(HALVES);
    const wrong = [...HALVES].filter(
      (bits) => !Object.is(values[bits], decode(bits, exponentBits, fractionBits)),
    );
    expect(wrong).toEqual([]);
  });

  test('narrows every value it can hold to itself, and NaN to NaN', () => {
    const values = widen(HALVES);
    const back = narrow(values);
    const wrong = [...HALVES].filter((bits) => back[bits] !== bits && !Number.isNaN(values[bits]));
    expect(wrong).toEqual([]);
    expect([...widen(back)].filter(Number.isNaN)).toHaveLength([...values].filter(Number.isNaN).length);
  });

  test('rounds to the nearest value, to the even one between two', () => {
    const finite = [...HALVES.subarray(0, 32768)].filter((bits) =>
      Number.isFinite(decode(bits, exponentBits, fractionBits)),
    );
    const last = finite.length - 1;
    fc.assert(
      fc.property(fc.nat(last - 1), fc.constantFrom(0.25, 0.5, 0.75), fc.boolean(), (low, part, negative) => {
        const [below, above] = [
          decode(low, exponentBits, fractionBits),
          decode(low + 1, exponentBits, fractionBits),
        ];
        const value = below + part * (above - below);
        // Halfway inside the subnormals of bfloat16 lies below what float32 can hold exactly.
        fc.pre(Math.fround(value) === value);
        const expected = part < 0.5 ? low : part > 0.5 ? low + 1 : low + (low & 1);
        const sign = negative ? -1 : 1;
        expect(narrow(Float32Array.of(sign * value))[0]).toBe(negative ? expected + 32768 : expected);
      }),
      { numRuns: 2000 },
    );
    const largest = decode(last, exponentBits, fractionBits);
    const step = largest - decode(last - 1, exponentBits, fractionBits);
    expect(narrow(Float32Array.of(largest + step / 4))[0]).toBe(last);
    expect(narrow(Float32Array.of(largest + step / 2))[0]).toBe(last + 1);
  });
});

test('tensors of any float type are read as float32, at any alignment', () => {
  const bytes = new Uint8Array(17);
  bytes.set(new Uint8Array(Float64Array.of(0.1, -2).buffer), 1);
  expect(toFloat32('float64', bytes.subarray(1))).toEqual(Float32Array.of(0.1, -2));
  bytes.set(new Uint8Array(Float32Array.of(3, 4, 5, 6).buffer), 1);
  expect(toFloat32('float32', bytes.subarray(1))).toEqual(Float32Array.of(3, 4, 5, 6));
  expect(() => toFloat32('int8', bytes)).toThrow(/"int8" cannot be read as float32/);
});

test('a transposition puts row r, column c at row c, column r', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 }), (rows, columns) => {
      const source = Float32Array.from({ length: rows * columns }, (_, i) => i);
      const turned = transpose(source, rows, columns);
      const expected = Float32Array.from(source, (_, i) => (i % rows) * columns + Math.floor(i / rows));
      expect(turned).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});
