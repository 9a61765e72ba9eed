import type { Estimate } from '@quantloop/core';
import { Z95 } from './student-t.ts';

/** A proportion with its 95 % score interval (Wilson 1927), which stays sensible at 0 and 1 where a bootstrap has no width. */
export function proportionInterval(successes: number, n: number): Estimate {
  if (n === 0) return { value: 0, low: 0, high: 1 };
  const { low, high } = wilson(successes, n, Z95);
  const value = successes / n;
  return { value, low: Math.min(low, value), high: Math.max(high, value) };
}

/** Wilson's bounds with any critical value. */
export function wilson(successes: number, n: number, z: number): { low: number; high: number } {
  const p = successes / n;
  const center = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return { low: Math.max(0, (center - half) / scale), high: Math.min(1, (center + half) / scale) };
}
