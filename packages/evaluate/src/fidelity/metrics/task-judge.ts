import type { MetricEntry, TaskDefinition } from '../tasks/task-definition.ts';
import type { Judge, OutputType, Outcomes, Values } from './metric-kind.ts';
import { METRIC_KINDS } from './metric-kinds.ts';

/** Judges the outcomes of a task's documents by all its metrics. */
export interface TaskJudge {
  /** Values of a document's columns. The outcome is that of the task's output_type. */
  values<Type extends OutputType>(type: Type, outcome: Outcomes[Type]): Promise<Values>;
  /** Whether choices must be scored without their question too. */
  unconditional: boolean;
}

/** @throws QuantloopError `invalid-spec` where an option of a metric cannot be followed, naming the file. */
export function taskJudge(task: TaskDefinition, file: string): TaskJudge {
  const judges = task.metric_list.map((entry) => makeJudge(task.output_type, entry, file));
  return {
    unconditional: task.metric_list.some(({ metric }) => METRIC_KINDS[metric]!.unconditional),
    async values(type, outcome) {
      const values: Values = {};
      for (const judge of judges as Judge<typeof type>[]) Object.assign(values, await judge(outcome));
      return values;
    },
  };
}

function makeJudge<Type extends OutputType>(type: Type, entry: MetricEntry, file: string): Judge<Type> {
  return METRIC_KINDS[entry.metric]!.judges[type]!(entry, file);
}
