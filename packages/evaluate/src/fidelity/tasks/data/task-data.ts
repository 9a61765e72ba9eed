import { drawShots, type ShotPool } from '../few-shot/draw-shots.ts';
import { findHook } from '../hooks/find-hook.ts';
import type { LoadedTask } from '../load-task.ts';
import { onDocument } from '../on-document.ts';
import { evaluatedSplit, openDataset, type DatasetOptions } from './open-dataset.ts';
import type { TaskDocument } from './task-document.ts';

/** What a task is asked about. */
export interface TaskData {
  documents: TaskDocument[];
  /** The examples shown before each document. */
  shots: TaskDocument[][];
}

/**
 * Reads a task's documents and draws the examples of their prompts.
 *
 * @param options.limit only the first so many documents; null for all.
 * @throws QuantloopError `invalid-spec` or `unreachable`, naming file, split and line
 */
export async function readTaskData(
  task: LoadedTask,
  options: Pick<DatasetOptions, 'data' | 'hub'> & { limit: number | null },
): Promise<TaskData> {
  const { documents, pool } = await readSplits(task, options);
  const evaluated = options.limit === null ? documents : documents.slice(0, options.limit);
  const count = task.definition.num_fewshot ?? 0;
  const shots =
    pool === undefined
      ? evaluated.map(() => [])
      : drawShots({ pool, count, documents: evaluated, task: task.definition.task });
  return { documents: evaluated, shots };
}

/** The documents of the evaluated split, and those that examples are drawn from where a prompt has any. */
export async function readSplits(
  task: LoadedTask,
  options: Pick<DatasetOptions, 'data' | 'hub'>,
): Promise<{ documents: TaskDocument[]; pool: ShotPool | undefined }> {
  const { definition, place, processed } = task;
  const dataset = await openDataset({ definition, place, ...options });
  const documents = process(await dataset.read(evaluatedSplit(definition)), processed, place);
  if ((definition.num_fewshot ?? 0) === 0) return { documents, pool: undefined };
  const { split, samples } = shotSource(definition);
  const config = definition.fewshot_config;
  const hook = config?.process_docs;
  const shotHook = hook == null ? processed : findHook(hook, 'process_docs', definition, place);
  return {
    documents,
    pool: {
      documents: samples ?? process(await dataset.read(split), shotHook, place),
      sampler: config?.sampler ?? 'default',
      excludesEvaluated: (explicitShotSplit(definition) ?? null) === (definition.test_split ?? null),
    },
  };
}

/** Where examples come from: the split named for them, else examples written out, else training, validation or test. */
export function shotSource(definition: LoadedTask['definition']): {
  split: string;
  samples?: TaskDocument[];
} {
  const named = explicitShotSplit(definition);
  const { training_split, validation_split } = definition;
  const split = named ?? training_split ?? validation_split ?? evaluatedSplit(definition);
  const samples = named == null ? definition.fewshot_config?.samples : undefined;
  return samples == null ? { split } : { split, samples };
}

const explicitShotSplit = (definition: LoadedTask['definition']) =>
  definition.fewshot_config?.split ?? definition.fewshot_split;

function process(
  documents: TaskDocument[],
  hook: ((document: TaskDocument) => TaskDocument | undefined) | undefined,
  place: string,
): TaskDocument[] {
  if (hook === undefined) return documents;
  return documents
    .map((document, i) => onDocument(() => hook(document), document, `${place}: process_docs, document ${i}`))
    .filter((document) => document !== undefined);
}
