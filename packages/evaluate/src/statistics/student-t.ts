import quantile from '@stdlib/stats-base-dists-t-quantile';

/** The two-sided critical value of Student's t, e.g. 2.262 for `level` 0.95 and 9 degrees of freedom. */
export function studentT(level: number, degreesOfFreedom: number): number {
  return quantile((1 + level) / 2, degreesOfFreedom);
}

/** 97.5 % point of the standard normal distribution: half width of a 95 % interval in standard errors. */
export const Z95 = 1.959963984540054;
