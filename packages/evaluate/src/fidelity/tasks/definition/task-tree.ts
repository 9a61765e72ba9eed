import { dirname, resolve } from 'node:path';
import { QuantloopError, suggestName } from '@quantloop/core';
import { builtinTasks, demoTaskFiles } from '../builtin/builtin-tasks.ts';
import type { TaskDefinition } from '../task-definition.ts';
import { GROUP_FIELDS, parseGroup, type AggregateMetric } from './group-definition.ts';
import { parseTask } from './parse-task.ts';
import { readFields, type RawFields } from './read-fields.ts';
import { builtinIndex, folderIndex, type TaskIndex } from './task-index.ts';

/** A task, or a group of tasks and groups. */
export type TaskTree = TaskLeaf | TaskGroup;

export interface TaskLeaf {
  definition: TaskDefinition;
  /** For messages: its file, or its name where it is built in. */
  place: string;
}

export interface TaskGroup {
  group: string;
  alias?: string;
  aggregates: AggregateMetric[];
  members: TaskTree[];
}

/** The tasks of a tree, each once, in order. */
export function leavesOf(tree: TaskTree): TaskLeaf[] {
  if (!('group' in tree)) return [tree];
  const leaves = tree.members.flatMap(leavesOf);
  return [...new Map(leaves.toReversed().map((leaf) => [leaf.definition.task, leaf])).values()].toReversed();
}

/** The groups of a tree, outer before inner. */
export function groupsOf(tree: TaskTree): TaskGroup[] {
  return 'group' in tree ? [tree, ...tree.members.flatMap(groupsOf)] : [];
}

/**
 * Finds a task or group by name or file and reads all it consists of.
 *
 * @param nameOrPath a built-in task, group or tag, or the path of an lm-eval YAML file (`.yaml`, `.yml`).
 * @throws QuantloopError `invalid-spec` or `unsupported`, naming file, field and the nearest known name.
 */
export async function findTasks(nameOrPath: string): Promise<TaskTree> {
  const demo = (await demoTaskFiles()).get(nameOrPath);
  const path = demo ?? (isPath(nameOrPath) ? nameOrPath : undefined);
  if (path !== undefined) {
    const fields = await readFields(path);
    if (!('group' in fields)) return { definition: parseTask(fields, path), place: path };
    const index = await folderIndex(dirname(resolve(path)));
    return new TreeBuilder(index).group(fields, path, {}, []);
  }
  const [found, ...more] = new TreeBuilder(builtinIndex()).named(nameOrPath, {}, []);
  if (found === undefined) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `unknown task "${nameOrPath}"`,
      hint: `${suggestName(nameOrPath, (await builtinTasks()).filter(isHeadline))} Or give the path of an lm-eval task file.`,
    });
  }
  return more.length === 0 ? found : { group: nameOrPath, aggregates: [], members: [found, ...more] };
}

const isPath = (nameOrPath: string) => /[\\/]|\.ya?ml$/.test(nameOrPath);

/** Parts of a large group would drown the rest of a list. */
const isHeadline = (name: string) => !/^(mmlu|blimp)_/.test(name);

class TreeBuilder {
  readonly #index: TaskIndex;

  constructor(index: TaskIndex) {
    this.#index = index;
  }

  /** What a name stands for: a task, a group, or the tasks of a tag; nothing where it is unknown. */
  named(name: string, overrides: RawFields, within: readonly string[]): TaskTree[] {
    const entry = this.#index.named.get(name);
    if (entry === undefined) {
      return (this.#index.tagged.get(name) ?? []).flatMap((task) => this.named(task, overrides, within));
    }
    const { fields, place } = entry;
    if ('group' in fields) return [this.group(fields, place, overrides, within)];
    return [{ definition: parseTask({ ...fields, ...overrides }, place), place }];
  }

  group(fields: RawFields, place: string, overrides: RawFields, within: readonly string[]): TaskGroup {
    const { group, group_alias, task, aggregate_metric_list } = parseGroup(fields, place);
    if (within.includes(group)) {
      throw invalid(`${place}: the group "${group}" contains itself`, [...within, group].join(' → '));
    }
    const own = Object.entries(fields).filter(([name]) => !GROUP_FIELDS.includes(name) && name !== 'tag');
    const given = { ...Object.fromEntries(own), ...overrides };
    const inside = [...within, group];
    return {
      group,
      ...(group_alias == null ? {} : { alias: group_alias }),
      aggregates: aggregate_metric_list ?? [],
      members: task.flatMap((member) => this.#member(member, { group, place, given, inside })),
    };
  }

  #member(
    member: string | RawFields,
    of: { group: string; place: string; given: RawFields; inside: readonly string[] },
  ): TaskTree[] {
    const { group, place, given, inside } = of;
    const written = typeof member === 'string' ? { task: member } : member;
    const { group: subgroup, ...rest } = written as RawFields;
    if (typeof subgroup === 'string') {
      if (this.#index.named.has(subgroup)) return this.named(subgroup, { ...given, ...rest }, inside);
      return [this.group({ ...written, group: `${group}::${subgroup}` }, place, given, inside)];
    }
    const name = (written as RawFields)['task'];
    if (typeof name !== 'string') {
      throw invalid(
        `${place}: a member of the group "${group}" is ${JSON.stringify(member)}, without task or group`,
        'Write the name of a task or group, or its fields.',
      );
    }
    const { task: _, ...changes } = written as RawFields;
    const found = this.named(name, { ...given, ...changes }, inside);
    if (found.length > 0) return found;
    // The fields of a task that is known by no name.
    if ('dataset_path' in changes || 'dataset_path' in given) {
      const definition = parseTask({ ...given, ...changes, task: `${group}::${name}` }, place);
      return [{ definition, place }];
    }
    throw invalid(
      `${place}: the group "${group}" names the task "${name}", which is not known`,
      suggestName(
        name,
        [...this.#index.named.keys()].filter((known) => isHeadline(known) || !isHeadline(name)),
      ),
    );
  }
}

function invalid(message: string, hint: string): QuantloopError {
  return new QuantloopError({ code: 'invalid-spec', message, hint });
}
