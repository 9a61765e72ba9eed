import type { Comparison, Estimate } from '@quantloop/core';
import { mean, meanStandardError } from './mean.ts';
import { pairedProportions } from './paired-proportions.ts';
import { proportionInterval } from './proportion-interval.ts';
import { Z95 } from './student-t.ts';

type Strata = readonly (readonly number[])[];

/**
 * The mean over several tasks, with lm-eval's standard error. Weighted by `sizes`, the items that the tasks have in all:
 * with wᵢ = Nᵢ/ΣN the error is that of the pooled variance, √(σ²·Σwᵢ²/nᵢ), σ² = Σ(nᵢ−1)nᵢsᵢ²/(Σnᵢ−k), where sᵢ are the
 * tasks' standard errors; with all their items measured, Nᵢ = nᵢ, this is lm-eval's. Without sizes every task counts the
 * same: √(Σsᵢ²)/k.
 */
export function groupMean(
  strata: Strata,
  sizes: readonly number[] | undefined,
): { value: number; standardError: number } {
  const errors = strata.map(meanStandardError);
  const k = strata.length;
  if (sizes === undefined) {
    const squares = errors.reduce((sum, error) => sum + error ** 2, 0);
    return { value: mean(strata.map(mean)), standardError: Math.sqrt(squares) / k };
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const n = strata.reduce((sum, { length }) => sum + length, 0);
  const pooled = strata.reduce((sum, { length }, i) => sum + (length - 1) * length * errors[i]! ** 2, 0);
  const perItem = strata.reduce((sum, { length }, i) => sum + (sizes[i]! / total) ** 2 / length, 0);
  return {
    value: strata.reduce((sum, values, i) => sum + (sizes[i]! / total) * mean(values), 0),
    standardError: n > k ? Math.sqrt((pooled / (n - k)) * perItem) : 0,
  };
}

/**
 * `groupMean` with its 95 % interval. Of right-or-wrong results that all agree, where the error is zero, Wilson's
 * interval over all items keeps a width.
 */
export function stratifiedMean(
  strata: Strata,
  sizes: readonly number[] | undefined,
): Estimate & { standardError: number } {
  const { value, standardError } = groupMean(strata, sizes);
  const all = strata.flat();
  if (!isBinary(all)) return { ...around(value, standardError), standardError };
  if (standardError === 0) {
    return { ...proportionInterval(value * all.length, all.length), standardError };
  }
  const { low, high } = around(value, standardError);
  return { value, low: Math.max(0, low), high: Math.min(1, high), standardError };
}

/**
 * Two models' results on the same items of several tasks. Right-or-wrong results that all count the same are one sample of
 * proportions; else the difference of the means, and their ratio by its linearization c − r·b, have the standard errors of
 * the paired items.
 */
export function stratifiedComparison(
  candidate: Strata,
  baseline: Strata,
  sizes: readonly number[] | undefined,
): Comparison {
  const [all, theirs] = [candidate.flat(), baseline.flat()];
  const binary = isBinary(all) && isBinary(theirs);
  if (binary && sizes !== undefined && isSampledEvenly(candidate, sizes))
    return pairedProportions(all, theirs);
  const combined = (scale: number) =>
    groupMean(
      candidate.map((values, i) => values.map((value, j) => value - scale * baseline[i]![j]!)),
      sizes,
    );
  const difference = combined(1);
  // Where no pair differs the errors are zero, and the method for proportions keeps a width.
  if (difference.standardError === 0 && binary) return pairedProportions(all, theirs);
  const below = groupMean(baseline, sizes).value;
  const ratio = below === 0 ? Number.MAX_VALUE : groupMean(candidate, sizes).value / below;
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

/** Every stratum has the same share of its items measured, so that all of them together are one sample. */
const isSampledEvenly = (strata: Strata, sizes: readonly number[]) =>
  strata.every(({ length }, i) => length * sizes[0]! === strata[0]!.length * sizes[i]!);

const isBinary = (values: readonly number[]) => values.every((value) => value === 0 || value === 1);
