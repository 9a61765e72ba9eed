import type { Estimate } from '@quantloop/core';

/**
 * The mean of independent estimates, its 95 % bounds recovered from theirs: each side by its own half widths, which may
 * differ as those of ratios do (MOVER, Zou & Donner 2008).
 */
export function meanOfEstimates(estimates: readonly Estimate[]): Estimate {
  const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const value = average(estimates.map((one) => one.value));
  const half = (of: (estimate: Estimate) => number) => Math.hypot(...estimates.map(of)) / estimates.length;
  return {
    value,
    low: value - half((one) => one.value - one.low),
    // A ratio to nearly nothing has no upper bound, and JSON knows no infinity.
    high: Math.min(Number.MAX_VALUE, value + half((one) => one.high - one.value)),
  };
}
