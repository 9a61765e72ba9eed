import { recoveryOf, type Category, type Estimate, type KnownMetric, type Metrics } from '@quantloop/core';
import { meanOfEstimates } from '../../statistics/mean-of-estimates.ts';

/** A task as it counts among others: by its first metric. */
export interface ScoredTask {
  category: Category;
  /** Full name of its first metric, e.g. `gsm8k.exact_match`. */
  metric: string;
}

const EXACT: Estimate = { value: 1, low: 1, high: 1 };

/**
 * What is kept of the baseline's quality: the mean over the tasks, over those of each category, and the least that any
 * task keeps. Of a task that the baseline cannot do at all nothing can be kept: it does not count.
 *
 * @param isBaseline the metrics are the baseline's own: all is kept by definition.
 */
export function recoveryMetrics(options: {
  tasks: readonly ScoredTask[];
  metrics: Metrics;
  isBaseline: boolean;
}): Metrics {
  const { tasks, metrics, isBaseline } = options;
  const kept = tasks.flatMap(({ category, metric }) => {
    const measurement = metrics[metric]!;
    const { versusBaseline } = measurement;
    if (isBaseline) return [{ category, recovery: EXACT }];
    if (versusBaseline === undefined || versusBaseline.difference.value === measurement.value) return [];
    return [{ category, recovery: recoveryOf(measurement, versusBaseline) }];
  });
  if (kept.length === 0) return {};
  const shared = { unit: 'fraction', higherIsBetter: true };
  const meanOf = (some: typeof kept) => ({
    ...meanOfEstimates(some.map(({ recovery }) => recovery)),
    ...shared,
    n: some.length,
    convention: 'mean over tasks of the share of the baseline that the first metric of each keeps',
  });
  const least = (bound: keyof Estimate) => Math.min(...kept.map(({ recovery }) => recovery[bound]));
  const categories = [...new Set(kept.map(({ category }) => category))];
  return {
    'recovery.mean': meanOf(kept),
    'recovery.worst': {
      value: least('value'),
      low: least('low'),
      high: least('high'),
      ...shared,
      n: kept.length,
      convention: 'least share of the baseline that any task keeps; bounds: the least of all tasks',
    },
    ...Object.fromEntries(
      categories.map((name) => [
        `recovery.${name}`,
        meanOf(kept.filter(({ category }) => category === name)),
      ]),
    ),
  };
}

/** The metrics that a campaign with these tasks will measure. */
export function knownRecoveryMetrics(categories: Iterable<Category>): KnownMetric[] {
  const groups = new Set(categories);
  const names = groups.size === 0 ? [] : ['mean', 'worst', ...groups];
  return names.map((name) => ({ name: `recovery.${name}`, higherIsBetter: true }));
}
