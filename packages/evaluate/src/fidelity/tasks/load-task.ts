import type { TaskDocument } from './data/task-document.ts';
import { parseTask } from './definition/parse-task.ts';
import { readFields } from './definition/read-fields.ts';
import { documentFields, type DocumentFields } from './document-fields.ts';
import { NO_FILTER } from '../metrics/named-metrics.ts';
import { taskJudge, type TaskJudge } from '../metrics/task-judge.ts';
import { promptBuilder, type PromptBuilder } from './few-shot/build-prompt.ts';
import { makeFilter, type AnswerFilter } from './filters.ts';
import { findHook } from './hooks/find-hook.ts';
import type { ResultHook } from './hooks/hook.ts';
import type { TaskDefinition } from './task-definition.ts';

/** A task read and checked, with its functions made. */
export interface LoadedTask {
  definition: TaskDefinition;
  /** For messages: its file, or the name of a built-in task. */
  place: string;
  /** process_docs; undefined where documents are used as they come. */
  processed: ((document: TaskDocument) => TaskDocument | undefined) | undefined;
  fields: DocumentFields;
  prompt: PromptBuilder;
  /** process_results; undefined where results are scored in the usual way. */
  results: ResultHook | undefined;
  filters: { name: string; answer: AnswerFilter }[];
  judge: TaskJudge;
}

/**
 * Loads an lm-eval task file, with what it includes.
 *
 * @throws QuantloopError `invalid-spec` or `unsupported`, naming the file and the field.
 */
export async function loadTask(file: string): Promise<LoadedTask> {
  return makeTask(parseTask(await readFields(file), file), file);
}

/** @param place for messages: the file, or the name of a built-in task. */
export function makeTask(definition: TaskDefinition, place: string): LoadedTask {
  const { process_docs, process_results, filter_list } = definition;
  const pipelines = filter_list ?? [];
  const fields = documentFields(definition, place);
  return {
    definition,
    place,
    processed: process_docs == null ? undefined : findHook(process_docs, 'process_docs', definition, place),
    fields,
    prompt: promptBuilder(definition, fields, place),
    results:
      process_results == null ? undefined : findHook(process_results, 'process_results', definition, place),
    filters:
      pipelines.length === 0
        ? [{ name: NO_FILTER, answer: ([first]) => [first!] }]
        : pipelines.map((pipeline) => ({
            name: pipeline.name,
            answer: makeFilter(pipeline, place, definition),
          })),
    judge: taskJudge(definition, place),
  };
}
