import type { Metrics } from '@quantloop/core';
import { stratifiedComparison, stratifiedMean } from '../../statistics/stratified-mean.ts';
import type { TaskItems } from '../fidelity-items.ts';
import type { AggregateMetric } from './definition/group-definition.ts';
import { leavesOf, type TaskGroup } from './definition/task-tree.ts';
import { namedMetrics, type NamedMetric } from '../metrics/named-metrics.ts';
import type { TaskDefinition } from './task-definition.ts';

interface Aggregate {
  /** E.g. `acc`, or `exact_match,strict`. */
  name: string;
  weighted: boolean;
  tasks: { definition: TaskDefinition; metric: NamedMetric }[];
}

/**
 * The means of a group's tasks, from their documents, with 95 % intervals: weighted by documents or plain, as the group
 * says. A metric that only some of the tasks have is the mean of those.
 */
export function groupMetrics(options: {
  group: TaskGroup;
  items: ReadonlyMap<string, TaskItems>;
  baseline: ReadonlyMap<string, TaskItems>;
}): Metrics {
  const { group, items, baseline } = options;
  const metrics: Metrics = {};
  for (const { name, weighted, tasks } of aggregates(group)) {
    const columns = (of: ReadonlyMap<string, TaskItems>) =>
      tasks
        .map(({ definition, metric }) => of.get(definition.task)?.columns[metric.metric.columns[0]!])
        .filter((column) => column !== undefined);
    const measured = columns(items);
    const theirs = columns(baseline);
    // A task of which a larger share was asked than of the others does not weigh more for it.
    const sizes = tasks.flatMap(({ definition }) => items.get(definition.task)?.total ?? []);
    const weights = weighted ? sizes : undefined;
    const { unit, higherIsBetter } = tasks[0]!.metric.metric;
    metrics[`${group.group}.${name}`] = {
      ...stratifiedMean(measured, weights),
      unit,
      n: measured.reduce((sum, column) => sum + column.length, 0),
      higherIsBetter,
      convention: 'lm-eval',
      ...(theirs.length === measured.length
        ? { versusBaseline: stratifiedComparison(measured, theirs, weights) }
        : {}),
    };
  }
  return metrics;
}

/** What a group will measure. */
export function groupMetricNames(group: TaskGroup): { name: string; higherIsBetter: boolean }[] {
  return aggregates(group).map(({ name, tasks }) => ({
    name: `${group.group}.${name}`,
    higherIsBetter: tasks[0]!.metric.metric.higherIsBetter,
  }));
}

function aggregates(group: TaskGroup): Aggregate[] {
  return group.aggregates.flatMap((aggregate) => {
    const found = leavesOf(group).flatMap(({ definition }) =>
      namedMetrics(definition)
        .filter((metric) => isMeant(metric, aggregate, definition))
        .map((metric) => ({ definition, metric })),
    );
    const names = [...new Set(found.map(({ metric }) => metric.name))];
    return names.map((name) => ({
      name,
      weighted: aggregate.weight_by_size,
      tasks: found.filter(({ metric }) => metric.name === name),
    }));
  });
}

function isMeant(
  { name, metric }: NamedMetric,
  { metric: wanted, filter_list }: AggregateMetric,
  definition: TaskDefinition,
): boolean {
  if (metric.aggregation !== 'mean') return false;
  const [bare, filter] = name.split(',');
  if (bare !== wanted) return false;
  const own = filter ?? definition.filter_list?.[0]?.name ?? 'none';
  return filter_list == null || filter_list.includes(own);
}
