import { QuantloopError, suggestName } from '@quantloop/core';
import { checkMetrics } from '../../metrics/named-metrics.ts';
import { DEFAULT_METRICS, IGNORED_FIELDS, REFUSED_FIELDS, TaskDefinition } from '../task-definition.ts';
import type { RawFields } from './read-fields.ts';

const FOLLOWED = Object.keys(TaskDefinition.shape);
const KNOWN: readonly string[] = [...FOLLOWED, ...IGNORED_FIELDS, 'include'];

/**
 * Checks the fields of an lm-eval task.
 *
 * @param place for messages: the file, or the name of a built-in task.
 * @throws QuantloopError `invalid-spec` naming the field and the nearest known name; `unsupported` for what lm-eval
 * knows and quantloop does not follow.
 */
export function parseTask(fields: RawFields, place: string): TaskDefinition {
  for (const [name, value] of Object.entries(fields)) checkField(name, value, place);
  const parsed = TaskDefinition.safeParse({ ...fields, metric_list: metricsOf(fields) });
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'the task'}: ${issue.message}`,
    );
    throw invalid(`${place}: ${issues.join('; ')}`);
  }
  const task = parsed.data;
  checkFollowed(task, place);
  checkMetrics(task, place);
  return task;
}

function metricsOf({ metric_list, output_type = 'generate_until' }: RawFields): unknown {
  if (metric_list != null) return metric_list;
  const names = Object.entries(DEFAULT_METRICS).find(([type]) => type === output_type)?.[1];
  return names?.map((metric) => ({ metric }));
}

function checkField(name: string, value: unknown, place: string): void {
  if (KNOWN.includes(name)) return;
  if (!Object.hasOwn(REFUSED_FIELDS, name)) {
    throw invalid(`${place}: unknown field "${name}"`, suggestName(name, KNOWN));
  }
  if (value == null || value === '' || value === false) return;
  const { why, instead } = REFUSED_FIELDS[name]!;
  throw unsupported(`${place}: the field "${name}" is not followed: ${why}`, instead);
}

function checkFollowed(task: TaskDefinition, place: string): void {
  const { do_sample, temperature } = task.generation_kwargs;
  if (do_sample && !(temperature > 0)) {
    throw invalid(
      `${place}: generation_kwargs.do_sample is true, the temperature ${temperature}`,
      'Give a temperature above 0, or set do_sample: false.',
    );
  }
  if (task.test_split == null && task.validation_split == null) {
    throw invalid(
      `${place}: neither test_split nor validation_split is given`,
      'Name the split to evaluate on.',
    );
  }
  if (task.output_type === 'multiple_choice' && task.doc_to_choice == null) {
    throw invalid(`${place}: a multiple_choice task needs doc_to_choice`);
  }
}

function invalid(message: string, hint?: string): QuantloopError {
  return new QuantloopError({ code: 'invalid-spec', message, ...(hint === undefined ? {} : { hint }) });
}

function unsupported(message: string, hint: string): QuantloopError {
  return new QuantloopError({ code: 'unsupported', message, hint });
}
