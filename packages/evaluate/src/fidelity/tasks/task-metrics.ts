import type { Comparison, Estimate, Metrics } from '@quantloop/core';
import { corpusInterval, pairedCorpus, type CorpusStatistic } from '../../statistics/corpus-statistic.ts';
import { pairedProportions } from '../../statistics/paired-proportions.ts';
import { proportionInterval } from '../../statistics/proportion-interval.ts';
import type { TaskItems } from '../fidelity-items.ts';
import { namedMetrics, type NamedMetric } from './metrics.ts';
import type { TaskDefinition } from './task-definition.ts';

/** Name of lm-eval's definitions, `@`-free: numbers under it may be compared with numbers of that tool. */
const CONVENTION = 'lm-eval';

/**
 * A task's metrics from its documents, each with a 95 % interval, and against the baseline where its items are given:
 * right-or-wrong results by paired proportions, corpus perplexities by a paired bootstrap over documents.
 *
 * @throws RangeError where the baseline has other documents.
 */
export function taskMetrics(options: {
  definition: TaskDefinition;
  name: string;
  items: TaskItems;
  baseline?: TaskItems | undefined;
  seed: number;
}): Metrics {
  const { definition, name, items, baseline, seed } = options;
  const metrics: Metrics = {};
  for (const named of namedMetrics(definition)) {
    const versusBaseline = baseline === undefined ? undefined : compare(named, items, baseline, seed);
    metrics[`${name}.${named.name}`] = {
      ...estimate(named, items, seed),
      unit: named.metric.unit,
      n: items.documents,
      higherIsBetter: named.higherIsBetter,
      convention: CONVENTION,
      ...(versusBaseline === undefined ? {} : { versusBaseline }),
    };
  }
  return metrics;
}

function estimate(named: NamedMetric, items: TaskItems, seed: number): Estimate {
  const values = column(items, named.column);
  if (!isProportion(named)) return corpusInterval(statistic(named, items), seed);
  return proportionInterval(
    values.reduce((sum, value) => sum + value, 0),
    values.length,
  );
}

function compare(named: NamedMetric, items: TaskItems, baseline: TaskItems, seed: number): Comparison {
  return isProportion(named)
    ? pairedProportions(column(items, named.column), column(baseline, named.column))
    : pairedCorpus(statistic(named, items), statistic(named, baseline), seed);
}

const isProportion = ({ metric }: NamedMetric) => metric.aggregation === 'mean';

function statistic({ column: name, metric }: NamedMetric, items: TaskItems): CorpusStatistic {
  const numerators = column(items, name);
  const { denominator, transform } = metric;
  return {
    numerators,
    denominators: denominator === undefined ? numerators.map(() => 1) : column(items, denominator),
    transform,
  };
}

function column(items: TaskItems, name: string): number[] {
  const values = items.columns[name];
  if (values === undefined) throw new RangeError(`the items of ${items.name} have no column "${name}"`);
  return values;
}
