import { QuantloopError, suggestName } from '@quantloop/core';
import type { TaskDocument } from '../data/task-document.ts';
import type { FunctionReference } from '../definition/function-reference.ts';
import type { TaskDefinition } from '../task-definition.ts';
import { CODE_HOOKS } from './code.ts';
import { COPA_HOOKS } from './copa.ts';
import { HELLASWAG_HOOKS } from './hellaswag.ts';
import type { Hook, ResultHook } from './hook.ts';
import { IFEVAL_HOOKS } from './ifeval.ts';
import { LETTERED_HOOKS } from './lettered-questions.ts';
import { RACE_HOOKS } from './race.ts';
import { TRUTHFULQA_HOOKS } from './truthfulqa.ts';
import { WIKITEXT_HOOKS } from './wikitext.ts';
import { WINOGRANDE_HOOKS } from './winogrande.ts';
import { WRITTEN_HOOKS } from './written-questions.ts';

/** lm-eval's functions that have an equivalent here, by a name of their own: task files may use it too. */
export const HOOKS: Record<string, Hook> = {
  ...CODE_HOOKS,
  ...COPA_HOOKS,
  ...HELLASWAG_HOOKS,
  ...IFEVAL_HOOKS,
  ...LETTERED_HOOKS,
  ...RACE_HOOKS,
  ...TRUTHFULQA_HOOKS,
  ...WIKITEXT_HOOKS,
  ...WINOGRANDE_HOOKS,
  ...WRITTEN_HOOKS,
};

/** What a hook of a field is: a function of documents, or how results are scored. */
interface HookCalls {
  process_docs: (document: TaskDocument) => TaskDocument | undefined;
  filter_fn: (texts: readonly string[], document: TaskDocument) => string[];
  doc_to_text: (document: TaskDocument) => unknown;
  doc_to_target: (document: TaskDocument) => unknown;
  doc_to_choice: (document: TaskDocument) => unknown;
  process_results: ResultHook;
}

/**
 * The equivalent of a `!function`, found by its own name, or by module and function where folder, task or data set tell
 * whose module it is: many tasks have a `utils.process_docs`.
 *
 * @throws QuantloopError `unsupported` naming the function and those known
 */
export function findHook<Field extends keyof HookCalls>(
  reference: FunctionReference,
  field: Field,
  task: Pick<TaskDefinition, 'task' | 'dataset_path'>,
  place: string,
): HookCalls[Field] {
  const found = named(reference.name) ?? Object.values(HOOKS).find((hook) => isMeant(hook, reference, task));
  if (found?.field === field) return found.call as HookCalls[Field];
  const known = Object.keys(HOOKS).filter((name) => HOOKS[name]!.field === field);
  throw new QuantloopError({
    code: 'unsupported',
    message: `${place}: ${field} calls the Python function ${reference.name}, which has no equivalent here`,
    hint: `${suggestName(reference.name, known)} Or write the field as a template, or prepare the data.`,
  });
}

/** The name a hook has here, for a file that says nothing of where its function was. */
export function hookName(
  reference: FunctionReference,
  task: Pick<TaskDefinition, 'task' | 'dataset_path'>,
): string {
  const found = Object.entries(HOOKS).find(([, hook]) => isMeant(hook, reference, task));
  return found?.[0] ?? reference.name;
}

const named = (name: string) => (Object.hasOwn(HOOKS, name) ? HOOKS[name] : undefined);

function isMeant(
  hook: Hook,
  reference: FunctionReference,
  task: Pick<TaskDefinition, 'task' | 'dataset_path'>,
): boolean {
  const { folder, tasks = [], datasets = [] } = hook.of;
  const name = reference.name.replace(/^lm_eval\.tasks\./, '');
  if (name === `${folder}.${hook.python}`) return true;
  if (name !== hook.python) return false;
  return reference.folder === folder || tasks.includes(task.task) || datasets.includes(task.dataset_path);
}
