import type { Comparison } from '@quantloop/core';
import { meanInterval } from './mean-interval.ts';

/**
 * How alternating measurements compare: the difference by the paired t interval, the ratio by the t interval of the
 * log ratios, i.e. its value is the geometric mean of the pairs' ratios. Suits timings, whose noise is multiplicative.
 *
 * @throws RangeError where the lengths differ, there is no pair, or a value is not positive.
 */
export function pairedRatio(candidate: readonly number[], baseline: readonly number[]): Comparison {
  if (candidate.length !== baseline.length || candidate.length === 0) {
    throw new RangeError(`cannot pair ${candidate.length} with ${baseline.length} values`);
  }
  const bad = [...candidate, ...baseline].find((value) => !(value > 0 && Number.isFinite(value)));
  if (bad !== undefined) throw new RangeError(`a ratio needs positive values, got ${bad}`);
  const difference = meanInterval(candidate.map((value, i) => value - baseline[i]!));
  const logRatio = meanInterval(candidate.map((value, i) => Math.log(value / baseline[i]!)));
  return {
    difference: { value: difference.value, low: difference.low, high: difference.high },
    ratio: { value: Math.exp(logRatio.value), low: Math.exp(logRatio.low), high: Math.exp(logRatio.high) },
    pairs: candidate.length,
    test: 'paired-t',
  };
}
