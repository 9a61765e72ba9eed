import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { Arithmetic, choleskyOfInverse, type Matrix, multiply, wholeTriangle } from '../../src/index.ts';

const arithmetic = new Arithmetic({ threads: 1 });
afterAll(() => arithmetic.release());

const matrix = (
  rows: number,
  columns: number,
  at: (i: number, j: number) => number,
): Matrix<Float64Array> => ({
  rows,
  columns,
  data: Float64Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns)),
});

const wave = (i: number, j: number) => Math.sin(1 + 3.7 * i + 1.3 * j * j);

/** One element at a time. */
const plain = (a: Matrix, b: Matrix, transposeA: boolean, transposeB: boolean) => {
  const left = (i: number, p: number) => a.data[transposeA ? p * a.columns + i : i * a.columns + p]!;
  const right = (p: number, j: number) => b.data[transposeB ? j * b.columns + p : p * b.columns + j]!;
  const inner = transposeA ? a.rows : a.columns;
  return matrix(transposeA ? a.columns : a.rows, transposeB ? b.rows : b.columns, (i, j) =>
    Array.from({ length: inner }, (_, p) => left(i, p) * right(p, j)).reduce((sum, term) => sum + term, 0),
  );
};

test.each([
  [false, false],
  [true, false],
  [false, true],
  [true, true],
])('a product equals the plain one, transposed: %s, %s', async (transposeA, transposeB) => {
  const a = transposeA ? matrix(5, 3, wave) : matrix(3, 5, wave);
  const b = transposeB ? matrix(4, 5, wave) : matrix(5, 4, wave);
  const plus = matrix(3, 4, (i, j) => i - j);
  const expected = plain(a, b, transposeA, transposeB);
  const found = await multiply(arithmetic, { a, b, transposeA, transposeB });
  expect([found.rows, found.columns]).toEqual([3, 4]);
  found.data.forEach((value, i) => expect(value).toBeCloseTo(expected.data[i]!, 12));
  const added = await multiply(arithmetic, { a, b, transposeA, transposeB, plus, scale: -2 });
  added.data.forEach((value, i) => expect(value).toBeCloseTo(plus.data[i]! - 2 * expected.data[i]!, 12));
  // In place of what is added: the same to the last bit.
  await multiply(arithmetic, {
    ...{ a, b, transposeA, transposeB, plus, scale: -2 },
    into: plus.data,
  });
  expect(plus.data).toEqual(added.data);
});

test('the upper factor U of any positive definite H gives UᵀU H = 1, across block borders too', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 230 }), fc.integer(), async (n, seed) => {
      const x = matrix(n + 3, n, (i, j) => Math.sin(seed + 12.9898 * i + 78.233 * j + i * j));
      const h = plain(x, x, true, false);
      for (let i = 0; i < n; i++) h.data[i * n + i]! += 0.1 * n;
      const u = wholeTriangle((await choleskyOfInverse(arithmetic, h))!);
      for (let i = 0; i < n; i++) {
        expect(u.data[i * n + i]).toBeGreaterThan(0);
        for (let j = 0; j < i; j++) expect(u.data[i * n + j]).toBe(0);
      }
      const inverse = await multiply(arithmetic, { a: u, b: u, transposeA: true });
      const one = await multiply(arithmetic, { a: inverse, b: h });
      const off = one.data.reduce(
        (max, value, i) => Math.max(max, Math.abs(value - (i % (n + 1) === 0 ? 1 : 0))),
        0,
      );
      expect(off).toBeLessThan(1e-9);
    }),
    { numRuns: 25 },
  );
});

test('what is not positive definite has no factor', async () => {
  const h = matrix(120, 120, (i, j) => (i === j ? (i === 100 ? -1 : 1) : 0));
  expect(await choleskyOfInverse(arithmetic, h)).toBeUndefined();
});
