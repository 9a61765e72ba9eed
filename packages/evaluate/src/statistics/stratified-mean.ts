import type { Comparison, Estimate } from '@quantloop/core';
import { mean, meanStandardError } from './mean.ts';
import { pairedProportions } from './paired-proportions.ts';
import { proportionInterval } from './proportion-interval.ts';
import { Z95 } from './student-t.ts';

type Strata = readonly (readonly number[])[];

/**
 * The mean over several tasks, with lm-eval's standard error. Weighted by size: every item counts the same, and
 * the variance is pooled, √(Σ(nᵢ−1)nᵢsᵢ²/(Σnᵢ−k)/Σnᵢ) of the tasks' standard errors sᵢ. Else every task counts the same:
 * √(Σsᵢ²)/k.
 */
export function groupMean(strata: Strata, weighted: boolean): { value: number; standardError: number } {
  const errors = strata.map(meanStandardError);
  const k = strata.length;
  if (!weighted) {
    const squares = errors.reduce((sum, error) => sum + error ** 2, 0);
    return { value: mean(strata.map(mean)), standardError: Math.sqrt(squares) / k };
  }
  const total = strata.reduce((sum, { length }) => sum + length, 0);
  const pooled = strata.reduce((sum, { length }, i) => sum + (length - 1) * length * errors[i]! ** 2, 0);
  return {
    value: mean(strata.flat()),
    standardError: total > k ? Math.sqrt(pooled / (total - k) / total) : 0,
  };
}

/**
 * `groupMean` with its 95 % interval. Of right-or-wrong results that all agree, where the error is zero, Wilson's
 * interval over all items keeps a width.
 */
export function stratifiedMean(strata: Strata, weighted: boolean): Estimate & { standardError: number } {
  const { value, standardError } = groupMean(strata, weighted);
  const all = strata.flat();
  if (!isBinary(all)) return { ...around(value, standardError), standardError };
  if (standardError === 0) {
    return { ...proportionInterval(all.filter((one) => one === 1).length, all.length), standardError };
  }
  const { low, high } = around(value, standardError);
  return { value, low: Math.max(0, low), high: Math.min(1, high), standardError };
}

/**
 * Two models' results on the same items of several tasks. Right-or-wrong results that all count the same are one sample of
 * proportions; else the difference of the means, and their ratio by its linearization c − r·b, have the standard errors of
 * the paired items.
 */
export function stratifiedComparison(candidate: Strata, baseline: Strata, weighted: boolean): Comparison {
  const [all, theirs] = [candidate.flat(), baseline.flat()];
  const binary = isBinary(all) && isBinary(theirs);
  if (weighted && binary) return pairedProportions(all, theirs);
  const combined = (scale: number) =>
    groupMean(
      candidate.map((values, i) => values.map((value, j) => value - scale * baseline[i]![j]!)),
      weighted,
    );
  const difference = combined(1);
  // Where no pair differs the errors are zero, and the method for proportions keeps a width.
  if (difference.standardError === 0 && binary) return pairedProportions(all, theirs);
  const below = groupMean(baseline, weighted).value;
  const ratio = below === 0 ? Number.MAX_VALUE : groupMean(candidate, weighted).value / below;
  const ratioError = below === 0 ? 0 : combined(ratio).standardError / below;
  return {
    difference: around(difference.value, difference.standardError),
    ratio: below === 0 ? { value: ratio, low: 0, high: Number.MAX_VALUE } : around(ratio, ratioError),
    pairs: all.length,
    test: 'stratified-z',
  };
}

const around = (value: number, standardError: number): Estimate => ({
  value,
  low: value - Z95 * standardError,
  high: value + Z95 * standardError,
});

const isBinary = (values: readonly number[]) => values.every((value) => value === 0 || value === 1);
