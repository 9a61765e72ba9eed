import { readFile } from 'node:fs/promises';
import { QuantloopError, suggestName } from '@quantloop/core';
import { parseDocument } from 'yaml';
import { checkMetrics } from '../metrics/named-metrics.ts';
import { IGNORED_FIELDS, TaskDefinition, UNSUPPORTED_FIELDS } from './task-definition.ts';

const FOLLOWED = Object.keys(TaskDefinition.shape);

/**
 * Reads an lm-eval task file.
 *
 * @throws QuantloopError `invalid-spec` naming the field, the file and the nearest known name; `unsupported` for what
 * lm-eval knows and quantloop does not follow.
 */
export async function readTask(file: string): Promise<TaskDefinition> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new QuantloopError({ code: 'invalid-spec', message: `there is no task file ${file}`, cause });
  });
  return parseTask(text, file);
}

export function parseTask(text: string, file: string): TaskDefinition {
  const fields = parseYaml(text, file);
  for (const [name, value] of Object.entries(fields)) checkField(name, value, file);
  const parsed = TaskDefinition.safeParse(fields);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`,
    );
    throw invalid(`${file}: ${issues.join('; ')}`);
  }
  const task = parsed.data;
  checkFollowed(task, file);
  checkMetrics(task, file);
  return task;
}

function parseYaml(text: string, file: string): Record<string, unknown> {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw invalid(`${file} is not YAML: ${error.message}`);
  const python = document.warnings.find((warning) => /!function/.test(warning.message));
  if (python !== undefined) {
    throw unsupported(
      `${file} calls a Python function (!function)`,
      'Write the template out, or prepare the data.',
    );
  }
  const fields: unknown = document.toJS();
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw invalid(`${file} is no task: expected fields such as ${FOLLOWED.slice(0, 4).join(', ')}`);
  }
  return fields as Record<string, unknown>;
}

function checkField(name: string, value: unknown, file: string): void {
  const known: readonly string[] = [...FOLLOWED, ...IGNORED_FIELDS];
  if (known.includes(name)) return;
  if ((UNSUPPORTED_FIELDS as readonly string[]).includes(name)) {
    if (value == null || value === '' || value === false) return;
    throw unsupported(
      `${file}: the field "${name}" is not followed yet`,
      'Prepare the data so that the task needs it not.',
    );
  }
  throw invalid(`${file}: unknown field "${name}"`, suggestName(name, known));
}

function checkFollowed(task: TaskDefinition, file: string): void {
  const shots = task.num_fewshot ?? 0;
  if (shots !== 0)
    throw unsupported(`${file}: num_fewshot is ${shots}, only 0 is followed yet`, 'Set num_fewshot: 0.');
  if (task.repeats !== 1)
    throw unsupported(`${file}: repeats is ${task.repeats}, only 1 is followed`, 'Set repeats: 1.');
  if (task.generation_kwargs.do_sample) {
    throw unsupported(
      `${file}: generation_kwargs.do_sample is true, only greedy decoding is followed`,
      'Set do_sample: false.',
    );
  }
  if (task.test_split == null && task.validation_split == null) {
    throw invalid(
      `${file}: neither test_split nor validation_split is given`,
      'Name the split to evaluate on.',
    );
  }
  if (task.output_type === 'multiple_choice' && task.doc_to_choice === undefined) {
    throw invalid(`${file}: a multiple_choice task needs doc_to_choice`);
  }
}

function invalid(message: string, hint?: string): QuantloopError {
  return new QuantloopError({ code: 'invalid-spec', message, ...(hint === undefined ? {} : { hint }) });
}

function unsupported(message: string, hint: string): QuantloopError {
  return new QuantloopError({ code: 'unsupported', message, hint });
}
