import { QuantloopError, suggestName } from '@quantloop/core';
import type { MetricEntry, TaskDefinition } from './task-definition.ts';

/** How a metric follows from values kept per document: `transform(Σ numerator / Σ denominator)`. */
export interface TaskMetric {
  outputTypes: readonly TaskDefinition['output_type'][];
  /** Name of the column summed; exact_match has one for each filter. */
  numerator: string;
  /** Column summed below; undefined counts documents. */
  denominator?: string;
  transform: (ratio: number) => number;
  /** lm-eval's name of this aggregation. */
  aggregation: string;
  unit: string;
  higherIsBetter: boolean;
}

// A broken model's perplexity may overflow, and JSON knows no infinity.
const perplexity = (ratio: number) => Math.min(Math.exp(-ratio), Number.MAX_VALUE);
const identity = (ratio: number) => ratio;
const fraction = { transform: identity, aggregation: 'mean', unit: 'fraction', higherIsBetter: true };
const corpus = {
  transform: perplexity,
  aggregation: 'weighted_perplexity',
  unit: 'perplexity',
  higherIsBetter: false,
};
const rolling = { outputTypes: ['loglikelihood_rolling'], numerator: 'loglikelihood' } as const;

/** The metrics of lm-eval that are computed here. */
export const TASK_METRICS: Record<string, TaskMetric> = {
  acc: { outputTypes: ['multiple_choice', 'loglikelihood'], numerator: 'acc', ...fraction },
  acc_norm: { outputTypes: ['multiple_choice'], numerator: 'acc_norm', ...fraction },
  acc_bytes: { outputTypes: ['multiple_choice'], numerator: 'acc_bytes', ...fraction },
  exact_match: { outputTypes: ['generate_until'], numerator: 'exact_match', ...fraction },
  perplexity: {
    outputTypes: ['loglikelihood'],
    numerator: 'loglikelihood',
    ...corpus,
    aggregation: 'perplexity',
  },
  word_perplexity: { ...rolling, denominator: 'words', ...corpus },
  byte_perplexity: { ...rolling, denominator: 'bytes', ...corpus },
  bits_per_byte: {
    ...rolling,
    denominator: 'bytes',
    transform: (ratio) => -ratio / Math.LN2,
    aggregation: 'bits_per_byte',
    unit: 'bits/byte',
    higherIsBetter: false,
  },
};

/** A metric of a task under its full name, with the column its values stand in. */
export interface NamedMetric {
  name: string;
  column: string;
  metric: TaskMetric;
  higherIsBetter: boolean;
}

/** Name of the filter that lm-eval puts where a task has none. */
export const NO_FILTER = 'none';

/**
 * The metrics a task yields: `<metric>` for the first filter; where there are several filters, also
 * `<metric>,<filter>` for each of them.
 */
export function namedMetrics(task: TaskDefinition): NamedMetric[] {
  const filters = task.filter_list?.map(({ name }) => name) ?? [NO_FILTER];
  return task.metric_list.flatMap((entry) => {
    const metric = TASK_METRICS[entry.metric]!;
    const higherIsBetter = entry.higher_is_better ?? metric.higherIsBetter;
    const named = (name: string, column: string) => ({ name, column, metric, higherIsBetter });
    if (task.output_type !== 'generate_until') return [named(entry.metric, metric.numerator)];
    const columns = filters.map((filter) => [filter, filterColumn(metric, filter)] as const);
    return [
      named(entry.metric, columns[0]![1]),
      ...(filters.length > 1
        ? columns.map(([filter, column]) => named(`${entry.metric},${filter}`, column))
        : []),
    ];
  });
}

export function filterColumn(metric: Pick<TaskMetric, 'numerator'>, filter: string): string {
  return `${metric.numerator},${filter}`;
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

function metricProblem(
  task: TaskDefinition,
  entry: MetricEntry,
): { message: string; hint: string } | undefined {
  const metric = Object.hasOwn(TASK_METRICS, entry.metric) ? TASK_METRICS[entry.metric] : undefined;
  if (metric === undefined) {
    return {
      message: `unknown metric "${entry.metric}"`,
      hint: suggestName(entry.metric, Object.keys(TASK_METRICS)),
    };
  }
  if (!metric.outputTypes.includes(task.output_type)) {
    return {
      message: `the metric "${entry.metric}" does not go with output_type ${task.output_type}`,
      hint: `It goes with ${metric.outputTypes.join(' and ')}.`,
    };
  }
  if (entry.aggregation !== undefined && entry.aggregation !== metric.aggregation) {
    return {
      message: `the metric "${entry.metric}" cannot be aggregated by "${entry.aggregation}"`,
      hint: `Leave aggregation out, or write "${metric.aggregation}".`,
    };
  }
  return undefined;
}
