import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf';

/** Two-sided p-values of McNemar's test: whether one of two models is right more often on the same items. */
export interface McNemar {
  /** By the binomial distribution of the discordant pairs; conservative. */
  exact: number;
  /** With half the probability of what was observed (Lancaster 1961); keeps the level best of all variants where few pairs differ (Fagerland, Lydersen & Laake 2013). */
  midP: number;
}

/**
 * McNemar's test of the discordant pairs: under no difference each falls to either side with probability ½.
 *
 * @param gained items that only the candidate has right; `lost` those that only the baseline has.
 */
export function mcnemar({ gained, lost }: { gained: number; lost: number }): McNemar {
  const n = gained + lost;
  const fewer = Math.min(gained, lost);
  const upTo = binomialCdf(fewer, n, 0.5);
  return { exact: Math.min(1, 2 * upTo), midP: upTo + binomialCdf(fewer - 1, n, 0.5) };
}
