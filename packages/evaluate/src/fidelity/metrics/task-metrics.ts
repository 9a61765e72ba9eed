import type { Comparison, Estimate, Metrics } from '@quantloop/core';
import { bootstrapError } from '../../statistics/bootstrap-error.ts';
import { corpusInterval, pairedCorpus, type CorpusStatistic } from '../../statistics/corpus-statistic.ts';
import { meanStandardError } from '../../statistics/mean.ts';
import { pairedProportions } from '../../statistics/paired-proportions.ts';
import { proportionInterval } from '../../statistics/proportion-interval.ts';
import type { TaskItems } from '../fidelity-items.ts';
import type { TaskDefinition } from '../tasks/task-definition.ts';
import { AGGREGATIONS, type Aggregation } from './aggregations.ts';
import type { TaskMetric } from './metric-kind.ts';
import { namedMetrics } from './named-metrics.ts';

/** Name of lm-eval's definitions, `@`-free: numbers under it may be compared with numbers of that tool. */
const CONVENTION = 'lm-eval';

/**
 * A task's metrics from its documents, each with a 95 % interval, lm-eval's standard error, and against the baseline
 * where its items are given: right-or-wrong results by paired proportions, all others by a paired bootstrap over
 * documents.
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
    const { metric } = named;
    const error = standardError(metric, items);
    metrics[`${name}.${named.name}`] = {
      ...estimate(metric, items, seed),
      ...(error === undefined ? {} : { standardError: error }),
      unit: metric.unit,
      n: items.documents,
      higherIsBetter: metric.higherIsBetter,
      convention: CONVENTION,
      ...(baseline === undefined ? {} : { versusBaseline: compare(metric, items, baseline, seed) }),
    };
  }
  return metrics;
}

const isProportion = ({ binary, aggregation }: TaskMetric) => binary === true && aggregation === 'mean';

function estimate(metric: TaskMetric, items: TaskItems, seed: number): Estimate {
  if (!isProportion(metric)) return corpusInterval(statistic(metric, items), seed);
  const [values] = columns(metric, items);
  return proportionInterval(
    values!.reduce((sum, value) => sum + value, 0),
    values!.length,
  );
}

function standardError(metric: TaskMetric, items: TaskItems): number | undefined {
  const { standardError: kind }: Aggregation = AGGREGATIONS[metric.aggregation];
  if (kind === undefined || items.documents <= 1) return undefined;
  if (kind === 'mean') return meanStandardError(columns(metric, items)[0]!);
  return bootstrapError(statistic(metric, items), kind.bootstrap);
}

function compare(metric: TaskMetric, items: TaskItems, baseline: TaskItems, seed: number): Comparison {
  return isProportion(metric)
    ? pairedProportions(columns(metric, items)[0]!, columns(metric, baseline)[0]!)
    : pairedCorpus(statistic(metric, items), statistic(metric, baseline), seed);
}

function statistic(metric: TaskMetric, items: TaskItems): CorpusStatistic {
  return AGGREGATIONS[metric.aggregation].statistic(columns(metric, items));
}

function columns(metric: TaskMetric, items: TaskItems): number[][] {
  return metric.columns.map((name) => {
    const values = items.columns[name];
    if (values === undefined) throw new RangeError(`the items of ${items.name} have no column "${name}"`);
    return values;
  });
}
