import { Arithmetic, compareLogits, Tensor } from '../../src/index.ts';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';

const arithmetic = new Arithmetic({ threads: 1 });
afterAll(() => arithmetic.release());

const compare = (baseline: number[][], candidate: number[][]) => {
  const tensor = (rows: number[][]) =>
    new Tensor('float32', Float32Array.from(rows.flat()), [1, rows.length, rows[0]!.length]);
  const rows = BigInt64Array.from(baseline, (_, i) => BigInt(i));
  return compareLogits(arithmetic, { baseline: tensor(baseline), candidate: tensor(candidate), rows });
};

test('divergence of two known distributions, in nats', async () => {
  const logs = (p: number[]) => p.map(Math.log);
  const { divergence, agreement } = await compare(
    [logs([0.5, 0.25, 0.25]), logs([0.5, 0.5, 1e-9])],
    [logs([0.25, 0.5, 0.25]), logs([0.25, 0.75, 1e-9])],
  );
  expect(divergence[0]).toBeCloseTo(0.25 * Math.log(2), 6);
  expect(divergence[1]).toBeCloseTo(0.5 * Math.log(2) + 0.5 * Math.log(2 / 3), 6);
  expect([...agreement]).toEqual([0, 0]);
});

test('divergence is never negative, and exactly zero of equal logits, however shifted the scale', async () => {
  const logits = fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 5, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(logits, logits), { minLength: 1, maxLength: 8 }), async (pairs) => {
      const p = pairs.map(([a]) => a);
      const { divergence } = await compare(
        p,
        pairs.map(([, b]) => b),
      );
      for (const value of divergence) expect(value).toBeGreaterThanOrEqual(-1e-12);
      const same = await compare(p, p);
      expect([...same.divergence]).toEqual(p.map(() => 0));
      expect([...same.agreement]).toEqual(p.map(() => 1));
    }),
    { numRuns: 30 },
  );
});
