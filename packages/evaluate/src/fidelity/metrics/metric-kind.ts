import type { MetricEntry, TaskDefinition } from '../tasks/task-definition.ts';
import type { TaskDocument } from '../tasks/data/task-document.ts';
import type { AggregationName } from './aggregations.ts';

export type OutputType = TaskDefinition['output_type'];

/** A number of a task, and what it is made of. */
export interface TaskMetric {
  /** Columns of the items it is aggregated from: one value a document each. */
  columns: readonly string[];
  aggregation: AggregationName;
  unit: string;
  higherIsBetter: boolean;
  /** Right or wrong: its one column holds 0 and 1, so that it is a proportion. */
  binary?: true;
}

/** What the choices of one question got. */
export interface ChoiceOutcome {
  document: TaskDocument;
  choices: readonly string[];
  /** Σ log p of each choice after the question. */
  loglikelihoods: readonly number[];
  /** Σ log p of each choice after nothing; there where a metric asks for it. */
  unconditional?: readonly number[];
  /** Whether greedy decoding would have written the choice. */
  greedy: readonly boolean[];
  /** Indices of the right choices; empty where the data names none that exists. */
  gold: readonly number[];
}

/** What was generated for one document, after the filter. */
export interface AnswerOutcome {
  document: TaskDocument;
  /** One a repeat, at least one. */
  answers: readonly string[];
  /** Any of them is right, at least one. */
  targets: readonly string[];
}

export interface ContinuationOutcome {
  loglikelihood: number;
  greedy: boolean;
}

export interface RollingOutcome {
  loglikelihood: number;
  words: number;
  bytes: number;
}

export interface Outcomes {
  multiple_choice: ChoiceOutcome;
  generate_until: AnswerOutcome;
  loglikelihood: ContinuationOutcome;
  loglikelihood_rolling: RollingOutcome;
}

/** The values of a document's columns. */
export type Values = Record<string, number>;

export type Judge<Type extends OutputType> = (outcome: Outcomes[Type]) => Values | Promise<Values>;

/** Makes the judge of an entry of metric_list; `place` is for errors. */
export type MakeJudge<Type extends OutputType> = (entry: MetricEntry, place: string) => Judge<Type>;

/** What an entry of metric_list stands for. */
export interface MetricKind {
  /** What it measures, by name: most an only thing, called as the entry. */
  metrics(entry: MetricEntry): Record<string, TaskMetric>;
  /** How an outcome is judged, for each kind of output it goes with. */
  judges: { [Type in OutputType]?: MakeJudge<Type> };
  /** Fields of the entry that it reads, beside the common ones. */
  options?: readonly (keyof MetricEntry)[];
  /** Runs programs that a model wrote: only where the user has agreed. */
  runsCode?: true;
  /** Needs `unconditional` likelihoods: as many requests again. */
  unconditional?: true;
}
