import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BUILTIN_TASKS } from '../builtin/builtin-tasks.ts';
import { readFields, type RawFields } from './read-fields.ts';

export interface IndexedTask {
  fields: RawFields;
  /** For messages: its file, or its name where it is built in. */
  place: string;
}

/** The tasks and groups that a group may name. */
export interface TaskIndex {
  named: ReadonlyMap<string, IndexedTask>;
  /** Tag → tasks that carry it, sorted. */
  tagged: ReadonlyMap<string, readonly string[]>;
}

/** The built-in tasks and groups. */
export function builtinIndex(): TaskIndex {
  const named = Object.entries(BUILTIN_TASKS).map(
    ([name, fields]) => [name, { fields: asFile(name, fields), place: name }] as const,
  );
  return indexOf(new Map(named));
}

/** The built-in ones, and those in the YAML files of a folder and below it, which win over built-in ones. */
export async function folderIndex(folder: string): Promise<TaskIndex> {
  const entries = await readdir(folder, { recursive: true });
  const files = entries.filter((path) => /\.yaml$/.test(path) && !/(^|[\\/])(\.|node_modules)/.test(path));
  const named = new Map(builtinIndex().named);
  for (const file of files.sort()) {
    const place = join(folder, file);
    // A file that cannot be read matters only to a group that names its task, and is then missed by name.
    const fields = await readFields(place).catch(() => undefined);
    const name = fields?.['group'] ?? fields?.['task'];
    if (fields !== undefined && typeof name === 'string') named.set(name, { fields, place });
  }
  return indexOf(named);
}

function indexOf(named: ReadonlyMap<string, IndexedTask>): TaskIndex {
  const tagged = new Map<string, string[]>();
  for (const [name, { fields }] of named) {
    if ('group' in fields) continue;
    for (const tag of [fields['tag'] ?? []].flat()) {
      tagged.set(String(tag), [...(tagged.get(String(tag)) ?? []), name].sort());
    }
  }
  return { named, tagged };
}

const asFile = (name: string, fields: RawFields) => ('group' in fields ? fields : { task: name, ...fields });
