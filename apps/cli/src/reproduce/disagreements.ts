import { atConfidence, headline, type Scenario } from '@quantloop/core';
import type { ComparedMetric } from '@quantloop/evaluate';

/** The chance of any false alarm among the headlines. */
const LEVEL = 0.05;

/**
 * The metrics by which a trial that was run again does not agree: scores on the same documents, and the headline of each
 * scenario relative to the baseline that alternated with it. Of thirty percentiles some move by chance, and absolute
 * times and memory are the machine's as much as the model's: these are shown, but tell nothing of the trial.
 */
export function disagreements(
  metrics: readonly ComparedMetric[],
  scenarios: readonly Scenario[],
): ComparedMetric[] {
  const headlines = scenarios.map((scenario) => headline(scenario).name);
  return metrics.filter(({ metric, comparison, change }) => {
    if (comparison.pairs > 0) return change === 'better' || change === 'worse';
    if (!headlines.includes(metric) || comparison.test !== 'ratio-of-ratios') return false;
    const { low, high } = atConfidence(comparison.ratio, 1 - LEVEL / headlines.length);
    return low > 1 || high < 1;
  });
}
