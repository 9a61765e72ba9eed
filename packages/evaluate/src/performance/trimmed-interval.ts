import type { Comparison, Estimate } from '@quantloop/core';
import { mean } from '../statistics/mean.ts';
import { studentT } from '../statistics/student-t.ts';

/** Cut off at either end before averaging: 1 of 5 to 9 values, 2 of 10 to 14. */
const TRIM = 0.2;

/**
 * Trimmed mean with its 95 % t interval (Yuen 1974: winsorized deviation, degrees of freedom of what is kept). One
 * request in five may be hit by the machine and the interval stays that of the others; below five values nothing is
 * cut off and it is Student's. A single value has no spread: the bounds are the value.
 */
export function trimmedInterval(values: readonly number[]): Estimate {
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(TRIM * sorted.length);
  const kept = sorted.subarray(cut, sorted.length - cut);
  const value = mean([...kept]);
  if (kept.length <= 1) return { value, low: value, high: value };
  const winsorized = [...sorted].map((x) => Math.min(Math.max(x, kept[0]!), kept.at(-1)!));
  const center = mean(winsorized);
  const squares = winsorized.reduce((sum, x) => sum + (x - center) ** 2, 0);
  const half = studentT(0.95, kept.length - 1) * Math.sqrt(squares / (kept.length * (kept.length - 1)));
  return { value, low: value - half, high: value + half };
}

/**
 * Candidate against baseline over alternating requests, or blocks of them: differences and log ratios, each by their trimmed
 * interval. The ratio's value is a geometric mean, so that swapping the two gives its inverse.
 */
export function compareTrimmed(candidate: readonly number[], baseline: readonly number[]): Comparison {
  const logRatio = trimmedInterval(candidate.map((value, i) => Math.log(value / baseline[i]!)));
  return {
    difference: trimmedInterval(candidate.map((value, i) => value - baseline[i]!)),
    ratio: { value: Math.exp(logRatio.value), low: Math.exp(logRatio.low), high: Math.exp(logRatio.high) },
    pairs: candidate.length,
    test: 'paired-trimmed-t',
  };
}
