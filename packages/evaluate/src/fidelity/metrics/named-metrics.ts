import { QuantloopError, suggestName } from '@quantloop/core';
import { MetricEntry, type TaskDefinition } from '../tasks/task-definition.ts';
import { AGGREGATIONS, type Aggregation, type AggregationName } from './aggregations.ts';
import type { MetricKind, TaskMetric } from './metric-kind.ts';
import { METRIC_KINDS } from './metric-kinds.ts';

/** A metric of a task under its full name; its columns are those of the items. */
export interface NamedMetric {
  name: string;
  metric: TaskMetric;
}

/** Name of the filter that lm-eval puts where a task has none. */
export const NO_FILTER = 'none';

/** Columns of generated answers stand once for each filter. */
export function filterColumn(column: string, filter: string): string {
  return `${column},${filter}`;
}

/**
 * The metrics a task yields: `<metric>` for the first filter; where there are several filters, also
 * `<metric>,<filter>` for each of them.
 */
export function namedMetrics(task: TaskDefinition): NamedMetric[] {
  const filters = task.filter_list?.map(({ name }) => name) ?? [NO_FILTER];
  return task.metric_list.flatMap((entry) =>
    Object.entries(entryMetrics(entry)).flatMap(([name, { binary, ...rest }]) => {
      // A process_results of its own may give what is right or wrong elsewhere as a share.
      const metric = { ...rest, ...(binary && task.process_results == null ? { binary } : {}) };
      if (task.output_type !== 'generate_until') return [{ name, metric }];
      const of = (filter: string, shown: string): NamedMetric => ({
        name: shown,
        metric: { ...metric, columns: metric.columns.map((column) => filterColumn(column, filter)) },
      });
      return [
        of(filters[0]!, name),
        ...(filters.length > 1 ? filters.map((filter) => of(filter, `${name},${filter}`)) : []),
      ];
    }),
  );
}

/** What an entry of metric_list measures, aggregated and directed as it says. */
function entryMetrics(entry: MetricEntry): Record<string, TaskMetric> {
  const metrics = METRIC_KINDS[entry.metric]!.metrics(entry);
  return Object.fromEntries(
    Object.entries(metrics).map(([name, metric]) => {
      const aggregation = (entry.aggregation as AggregationName | undefined) ?? metric.aggregation;
      const higherIsBetter = entry.higher_is_better ?? metric.higherIsBetter;
      return [name, { ...metric, aggregation, higherIsBetter }];
    }),
  );
}

/** Refuses a metric that is unknown, does not go with the task's output, or is aggregated in another way. */
export function checkMetrics(task: TaskDefinition, file: string): void {
  for (const entry of task.metric_list) {
    const problem = metricProblem(task, entry);
    if (problem !== undefined) {
      throw new QuantloopError({
        code: 'invalid-spec',
        message: `${file}: ${problem.message}`,
        hint: problem.hint,
      });
    }
  }
}

type Problem = { message: string; hint: string } | undefined;

function metricProblem(task: TaskDefinition, entry: MetricEntry): Problem {
  const kind = Object.hasOwn(METRIC_KINDS, entry.metric) ? METRIC_KINDS[entry.metric] : undefined;
  if (kind === undefined) {
    return {
      message: `unknown metric "${entry.metric}"`,
      hint: suggestName(entry.metric, Object.keys(METRIC_KINDS)),
    };
  }
  if (kind.judges[task.output_type] === undefined) {
    return {
      message: `the metric "${entry.metric}" does not go with output_type ${task.output_type}`,
      hint: `It goes with ${Object.keys(kind.judges).join(' and ')}.`,
    };
  }
  return optionProblem(kind, entry) ?? aggregationProblem(kind, entry);
}

/** Without fields of its own an entry reads as this. */
const BARE = MetricEntry.parse({ metric: '' });

function optionProblem(kind: MetricKind, entry: MetricEntry): Problem {
  const common = ['metric', 'aggregation', 'higher_is_better', 'weight_by_size', ...(kind.options ?? [])];
  const extra = Object.keys(entry).find((key) => {
    const field = key as keyof MetricEntry;
    return !common.includes(field) && JSON.stringify(entry[field]) !== JSON.stringify(BARE[field]);
  });
  if (extra === undefined) return undefined;
  return {
    message: `the metric "${entry.metric}" takes no "${extra}"`,
    hint: kind.options === undefined ? 'Leave it out.' : `It takes ${kind.options.join(', ')}.`,
  };
}

function aggregationProblem(kind: MetricKind, entry: MetricEntry): Problem {
  if (entry.aggregation === undefined) return undefined;
  for (const { aggregation } of Object.values(kind.metrics(entry))) {
    const possible = interchangeable(aggregation);
    if (possible.includes(entry.aggregation)) continue;
    return {
      message: `the metric "${entry.metric}" cannot be aggregated by "${entry.aggregation}"`,
      hint: `Leave aggregation out, or write ${possible.map((name) => `"${name}"`).join(' or ')}.`,
    };
  }
  return undefined;
}

function interchangeable(name: AggregationName): string[] {
  const all: Record<string, Aggregation> = AGGREGATIONS;
  const { group } = all[name]!;
  return Object.keys(all).filter(
    (other) => other === name || (group !== undefined && all[other]!.group === group),
  );
}
