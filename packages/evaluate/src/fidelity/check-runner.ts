import type { FidelityCheck, Metrics, Provenance } from '@quantloop/core';
import type { JobContext } from '@quantloop/jobs';
import type { ScoredTask } from './recovery/recovery-metrics.ts';
import type { FidelityItems } from './fidelity-items.ts';
import type { TaskModel } from './tasks/task-model.ts';

/** What every check of an evaluation shares. */
export interface CheckContext {
  job: JobContext;
  model: TaskModel;
  /** Its files. */
  folder: string;
  seed: number;
  /** Undefined when the model is the baseline itself. */
  baseline: { items: FidelityItems } | undefined;
  /** Of each task's documents. */
  share: number;
  /** Results of an earlier look at the model. */
  known: FidelityItems['checks'];
  /** Counts finished documents or windows. */
  advance: (count: number, note: string) => void;
}

export interface CheckResult {
  metrics: Metrics;
  /** One entry a task: a group has several. */
  items: FidelityItems['checks'];
  /** Tasks, which are told together as well; a group is one where it has a score of its own. */
  tasks: ScoredTask[];
  provenance: Provenance;
}

/** A check made ready: how much it will do is known before the first begins. */
export interface PreparedCheck {
  /** Documents, windows, chunks or prompts to measure. */
  size: number;
  /** Those that an earlier look has measured. */
  known: number;
  run(): Promise<CheckResult>;
}

/** Makes a kind of check ready; `index` is its place among the checks, for checkpoints. */
export type CheckRunner<Kind extends FidelityCheck['kind']> = (
  check: Extract<FidelityCheck, { kind: Kind }>,
  index: number,
  context: CheckContext,
) => Promise<PreparedCheck>;
