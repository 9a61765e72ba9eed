import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { demoTasksFolder } from '@quantloop/models';
import type { RawFields } from '../definition/read-fields.ts';
import { ANSWER_TASKS } from './answer-tasks.ts';
import { BLIMP_TASKS } from './blimp.ts';
import { CHOICE_TASKS } from './choice-tasks.ts';
import { MMLU_TASKS } from './mmlu.ts';
import { TEXT_TASKS } from './text-tasks.ts';
import { TRUTHFULQA_TASKS } from './truthfulqa.ts';

/** Tasks and groups to be named in a campaign, as the fields of their files would be. */
export const BUILTIN_TASKS: Record<string, RawFields> = {
  ...TEXT_TASKS,
  ...CHOICE_TASKS,
  ...TRUTHFULQA_TASKS,
  ...MMLU_TASKS,
  ...BLIMP_TASKS,
  ...ANSWER_TASKS,
};

/** Task files of the demo model, by name. */
export async function demoTaskFiles(): Promise<Map<string, string>> {
  const files = await readdir(demoTasksFolder());
  const names = files.filter((file) => file.endsWith('.yaml')).map((file) => basename(file, '.yaml'));
  return new Map(names.map((name) => [name, join(demoTasksFolder(), `${name}.yaml`)]));
}

/** Names of the tasks and groups that come with quantloop. */
export async function builtinTasks(): Promise<string[]> {
  return [...(await demoTaskFiles()).keys(), ...Object.keys(BUILTIN_TASKS)];
}
