import type { Estimate } from '@quantloop/core';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { mean } from './mean.ts';
import { quantileOfSorted } from './quantile.ts';

/** A statistic with what a bootstrap and a jackknife say of it. */
export interface Bootstrapped {
  value: number;
  /** The statistic on each resample. */
  replicates: Float64Array;
  /** The statistic with each item left out. */
  jackknife: Float64Array;
}

/**
 * The bias-corrected and accelerated bootstrap interval (Efron 1987): right to second order where the percentile
 * interval is to first, which shows in skewed statistics such as perplexities of few documents.
 *
 * @param level of the interval. @default 0.95
 */
export function bcaInterval(bootstrapped: Bootstrapped, level = 0.95): Estimate {
  const { value } = bootstrapped;
  const sorted = bootstrapped.replicates.slice().sort();
  const { bias, acceleration } = corrections(bootstrapped);
  const bound = (probability: number) => {
    const z = bias + normalQuantile(probability, 0, 1);
    return quantileOfSorted(sorted, normalCdf(bias + z / (1 - acceleration * z), 0, 1));
  };
  const tail = (1 - level) / 2;
  return { value, low: Math.min(value, bound(tail)), high: Math.max(value, bound(1 - tail)) };
}

/**
 * Two-sided p-value of `hypothesis`: 1 minus the level at which the BCa interval just reaches it (Efron & Tibshirani
 * 1993, §15.6). No smaller than 1 / replicates, since more cannot be read from so many.
 */
export function bcaPValue(bootstrapped: Bootstrapped, hypothesis: number): number {
  const { replicates } = bootstrapped;
  const { bias, acceleration } = corrections(bootstrapped);
  const w = normalQuantile(shareBelow(replicates, hypothesis), 0, 1) - bias;
  // A hypothesis far outside: the correction would turn round, the answer is "no".
  const tail = normalCdf(w / Math.max(1 + acceleration * w, Number.EPSILON) - bias, 0, 1);
  return Math.min(1, Math.max(1 / replicates.length, 2 * Math.min(tail, 1 - tail)));
}

function corrections({ value, replicates, jackknife }: Bootstrapped): { bias: number; acceleration: number } {
  const center = mean(jackknife);
  let squares = 0;
  let cubes = 0;
  for (const one of jackknife) {
    squares += (center - one) ** 2;
    cubes += (center - one) ** 3;
  }
  return {
    bias: normalQuantile(shareBelow(replicates, value), 0, 1),
    // A perplexity that overflows leaves no skewness to be told.
    acceleration: squares > 0 && Number.isFinite(squares ** 1.5) ? cubes / (6 * squares ** 1.5) : 0,
  };
}

/** Share of the replicates below a value, equal ones counted half; never 0 or 1, whose normal quantiles are infinite. */
function shareBelow(replicates: Float64Array, value: number): number {
  let halves = 0;
  for (const replicate of replicates) halves += replicate < value ? 2 : replicate === value ? 1 : 0;
  return Math.min(2 * replicates.length - 1, Math.max(1, halves)) / (2 * replicates.length);
}
