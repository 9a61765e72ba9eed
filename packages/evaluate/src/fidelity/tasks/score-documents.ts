import { QuantloopError } from '@quantloop/core';
import { generateDocuments } from './generate-documents.ts';
import type { DocumentResult } from './document-result.ts';
import type { LoadedTask } from './load-task.ts';
import type { TaskDocument } from './data/task-document.ts';
import { scoreChoices } from './score-choices.ts';
import { scoreContinuations } from './score-continuations.ts';
import { scoreRolling } from './score-rolling.ts';
import type { TaskModel } from './task-model.ts';

/** Some documents of a task for a model; `ids` are their places in the data set. */
export interface DocumentBatch {
  task: LoadedTask;
  model: TaskModel;
  documents: readonly TaskDocument[];
  ids: readonly number[];
  /** The examples shown before each. */
  shots: readonly (readonly TaskDocument[])[];
  /** Of answers drawn at random. @default 0 */
  seed?: number;
  signal?: AbortSignal;
}

type Scorer = (batch: DocumentBatch) => Promise<DocumentResult[]>;

/** How each of lm-eval's output types is computed. */
const SCORERS: Record<LoadedTask['definition']['output_type'], Scorer> = {
  multiple_choice: scoreChoices,
  loglikelihood: scoreContinuations,
  loglikelihood_rolling: scoreRolling,
  generate_until: generateDocuments,
};

/**
 * Results of documents, in their order. They do not depend on what else is in the batch beyond float32 rounding.
 *
 * @throws QuantloopError `non-finite` naming task, document and column where a value is no number.
 */
export async function scoreDocuments(batch: DocumentBatch): Promise<DocumentResult[]> {
  const { definition } = batch.task;
  const results = await SCORERS[definition.output_type](batch);
  results.forEach(({ values }, i) => requireFinite(values, `${definition.task}, document ${batch.ids[i]}`));
  return results;
}

function requireFinite(values: Record<string, number>, place: string): void {
  const wrong = Object.entries(values).find(([, value]) => !Number.isFinite(value));
  if (wrong === undefined) return;
  throw new QuantloopError({
    code: 'non-finite',
    message: `${place}: ${wrong[0]} is ${wrong[1]}`,
    hint: 'The model gives this document no finite log-likelihood: its weights or activations overflow.',
  });
}
