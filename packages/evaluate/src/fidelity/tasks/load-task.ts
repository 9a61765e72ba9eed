import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { QuantloopError, suggestName } from '@quantloop/core';
import { documentFields, type DocumentFields } from './document-fields.ts';
import { makeFilter, type AnswerFilter } from './filters.ts';
import { NO_FILTER } from '../metrics/named-metrics.ts';
import { taskJudge, type TaskJudge } from '../metrics/task-judge.ts';
import { readTask } from './read-task.ts';
import type { TaskDefinition } from './task-definition.ts';

/** A task file read and checked, with its functions made. */
export interface LoadedTask {
  definition: TaskDefinition;
  /** Absolute paths of the evaluated split's data files. */
  dataFiles: string[];
  fields: DocumentFields;
  filters: { name: string; answer: AnswerFilter }[];
  judge: TaskJudge;
}

/**
 * Loads an lm-eval task file.
 *
 * @throws QuantloopError `invalid-spec` or `unsupported`, naming the file and the field.
 */
export async function loadTask(file: string): Promise<LoadedTask> {
  const definition = await readTask(file);
  const pipelines = definition.filter_list ?? [];
  return {
    definition,
    dataFiles: await Promise.all(evaluatedFiles(definition, file).map((path) => locate(path, file))),
    fields: documentFields(definition, file),
    filters:
      pipelines.length === 0
        ? [{ name: NO_FILTER, answer: (text) => text }]
        : pipelines.map((pipeline) => ({ name: pipeline.name, answer: makeFilter(pipeline, file) })),
    judge: taskJudge(definition, file),
  };
}

/** The split evaluated is test if the task has one, else validation. */
export function evaluatedSplit(definition: TaskDefinition): string {
  return definition.test_split ?? definition.validation_split ?? 'test';
}

function evaluatedFiles(definition: TaskDefinition, file: string): string[] {
  const { data_files } = definition.dataset_kwargs;
  if (typeof data_files === 'string') return [data_files];
  if (Array.isArray(data_files)) return data_files;
  const split = evaluatedSplit(definition);
  const files = Object.hasOwn(data_files, split) ? data_files[split] : undefined;
  if (files === undefined) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${file}: dataset_kwargs.data_files has no "${split}"`,
      hint: suggestName(split, Object.keys(data_files)),
    });
  }
  return typeof files === 'string' ? [files] : files;
}

/** Beside the task file, else in the folder above, where collections keep their data. */
async function locate(path: string, file: string): Promise<string> {
  const folder = dirname(resolve(file));
  for (const base of [folder, dirname(folder)]) {
    const candidate = resolve(base, path);
    const found = await access(candidate).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${file}: there is no data file ${path}, neither in ${folder} nor in the folder above`,
    hint: `Put it at ${join(folder, path)}.`,
  });
}
