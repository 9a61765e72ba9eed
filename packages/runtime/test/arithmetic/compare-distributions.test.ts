import {
  Arithmetic,
  compareDistributions,
  compareLogits,
  encodeDistributions,
  Tensor,
} from '../../src/index.ts';
import { afterAll, describe, expect, test } from 'vitest';

const arithmetic = new Arithmetic({ threads: 1 });
afterAll(() => arithmetic.release());

/** Uniform numbers in (0, 1), the same at every run. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** Logits as language models have them: falling with the logarithm of a token's rank, with noise. */
function logitsLike(rows: number, vocabulary: number, random: () => number): Float32Array {
  const gauss = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  const steepness = Array.from({ length: rows }, () => 1.2 + 2 * random());
  return Float32Array.from({ length: rows * vocabulary }, (_, i) => {
    const rank = 1 + ((i * 7919) % vocabulary);
    return gauss() - steepness[Math.floor(i / vocabulary)]! * Math.log(rank);
  });
}

async function compared(p: Float32Array, q: Float32Array, rows: number, targets: number[]) {
  const tensor = (data: Float32Array) => new Tensor('float32', data, [rows, data.length / rows]);
  const all = BigInt64Array.from({ length: rows }, (_, i) => BigInt(i));
  const [baseline, candidate] = [tensor(p), tensor(q)];
  const codes = await encodeDistributions(arithmetic, { logits: baseline, rows: all });
  return {
    codes,
    stored: await compareDistributions(arithmetic, {
      baseline: codes,
      candidate,
      rows: all,
      targets: BigInt64Array.from(targets, BigInt),
    }),
    exact: await compareLogits(arithmetic, { baseline, candidate, rows: all }),
  };
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.for([
  { vocabulary: 512, rows: 2000 },
  { vocabulary: 5000, rows: 400 },
  { vocabulary: 128_000, rows: 20 },
])('recorded distributions over $vocabulary tokens', ({ vocabulary, rows }) => {
  test.for([0.3, 0.03])(
    'against noise of %f in every logit: within 1e-4 of the exact divergence',
    async (noise) => {
      const random = uniform(vocabulary + 1);
      const p = logitsLike(rows, vocabulary, random);
      const q = p.map((value) => value + noise * (random() * 2 - 1) * Math.sqrt(3));
      const { stored, exact } = await compared(
        p,
        q,
        rows,
        Array.from({ length: rows }, (_, i) => i % vocabulary),
      );
      const error = mean(stored.divergence) / mean(exact.divergence) - 1;
      expect(Math.abs(error)).toBeLessThan(1e-4);
      expect([...stored.agreement]).toEqual([...exact.agreement]);
    },
  );
});

test('the shift is the change of the probability of the token asked for', async () => {
  const logs = (...ps: number[]) => Float32Array.from(ps, Math.log);
  const p = logs(0.5, 0.3, 0.2, 0.1, 0.1, 0.8);
  const q = logs(0.6, 0.3, 0.1, 0.4, 0.2, 0.4);
  const { stored } = await compared(p, q, 2, [2, 0]);
  expect(stored.shift[0]).toBeCloseTo(-0.1, 6);
  expect(stored.shift[1]).toBeCloseTo(0.3, 6);
  expect([...stored.agreement]).toEqual([1, 0]);
});

test('a vocabulary padded with −∞ keeps its precision, and a NaN shows in its row alone', async () => {
  const p = Float32Array.from([1, 2, 3, -Infinity, 1, Number.NaN, 0, 0]);
  const q = Float32Array.from([1, 2, 3.5, -1e4, 1, 0, 0, 0]);
  const { codes, stored } = await compared(p, q, 2, [0, 0]);
  expect(codes.scales[0]).toBe(100);
  expect(codes.scales[1]).toBeNaN();
  const [a, b] = [
    [1, 2, 3],
    [1, 2, 3.5],
  ].map((z) => {
    const sum = Math.log(z.reduce((total, value) => total + Math.exp(value), 0));
    return z.map((value) => value - sum);
  }) as [number[], number[]];
  const exact = a.reduce((sum, value, i) => sum + Math.exp(value) * (value - b[i]!), 0);
  expect(stored.divergence[0]).toBeCloseTo(exact, 6);
});
