import quantile from '@stdlib/stats-base-dists-normal-quantile';
import type { Estimate } from '../board/measurement.ts';

/** Of the intervals that measurements carry. */
const MEASURED = 0.95;

/** Half width of an interval of that confidence, in standard errors. */
export const zOf = (confidence: number): number => quantile(0.5 + confidence / 2, 0, 1);

/**
 * A 95 % interval as one of another confidence: each bound's distance from the value in the proportion of the normal
 * distribution's quantiles. Skewed intervals stay skewed; exact values, bounds on the value, stay exact.
 */
export function atConfidence(estimate: Estimate, confidence: number): Estimate {
  if (confidence === MEASURED) return estimate;
  const { value, low, high } = estimate;
  const factor = zOf(confidence) / zOf(MEASURED);
  return { value, low: value - (value - low) * factor, high: value + (high - value) * factor };
}
