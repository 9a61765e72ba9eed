import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { folderName } from './bundle-task.ts';
import { parseGroup } from './definition/group-definition.ts';
import { readFields, type RawFields } from './definition/read-fields.ts';
import type { TaskGroup, TaskTree } from './definition/task-tree.ts';
import { loadTask } from './load-task.ts';

/**
 * Reads what `bundleTask` wrote: a folder with `task.yaml` and its data, or with `group.yaml` and a folder of that kind
 * for each of its tasks.
 */
export async function readBundle(folder: string): Promise<TaskTree> {
  const file = join(folder, 'group.yaml');
  const isGroup = await access(file).then(
    () => true,
    () => false,
  );
  return isGroup ? readGroup(await readFields(file), folder) : readLeaf(join(folder, 'task.yaml'));
}

async function readGroup(fields: RawFields, folder: string): Promise<TaskGroup> {
  const { group, group_alias, task, aggregate_metric_list } = parseGroup(fields, join(folder, 'group.yaml'));
  const members: TaskTree[] = [];
  for (const member of task) {
    members.push(
      typeof member === 'string'
        ? await readLeaf(join(folder, folderName(member), 'task.yaml'))
        : await readGroup(member, folder),
    );
  }
  return {
    group,
    ...(group_alias == null ? {} : { alias: group_alias }),
    aggregates: aggregate_metric_list ?? [],
    members,
  };
}

async function readLeaf(place: string): Promise<TaskTree> {
  return { definition: (await loadTask(place)).definition, place };
}
