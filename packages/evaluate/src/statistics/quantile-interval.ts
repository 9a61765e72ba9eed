import type { Estimate } from '@quantloop/core';
import { quantileOfSorted } from './quantile.ts';

/**
 * A quantile with a distribution-free interval: the bounds are order statistics whose binomial ranks cover at least
 * `level` (as far as n allows; with few values the bounds are the extremes).
 */
export function quantileInterval(values: readonly number[], q: number, level = 0.95): Estimate {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const value = quantileOfSorted(sorted, q);
  if (n <= 1) return { value, low: value, high: value };
  const tail = (1 - level) / 2;
  // The number of values below the true quantile is Binomial(n, q).
  let cumulative = 0;
  let low = 0;
  let high = n - 1;
  for (let k = 0; k <= n; k++) {
    cumulative += binomialProbability(n, k, q);
    if (cumulative <= tail) low = k + 1;
    if (cumulative >= 1 - tail) {
      high = k;
      break;
    }
  }
  const clamp = (rank: number) => sorted[Math.min(n - 1, Math.max(0, rank))]!;
  return { value, low: Math.min(value, clamp(low - 1)), high: Math.max(value, clamp(high)) };
}

function binomialProbability(n: number, k: number, q: number): number {
  if (q <= 0) return k === 0 ? 1 : 0;
  if (q >= 1) return k === n ? 1 : 0;
  return Math.exp(logChoose(n, k) + k * Math.log(q) + (n - k) * Math.log1p(-q));
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); i++) sum += Math.log((n - i + 1) / i);
  return sum;
}
