import { basename, dirname, resolve } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { composeYaml, readTextFile, resolveInside, yamlValue } from '@quantloop/untrusted';
import { stringify } from 'yaml';
import { functionTag } from './function-reference.ts';

/** Fields of a task or group as written, includes merged. */
export type RawFields = Record<string, unknown>;

/** Bytes of a task file; examples and mapping tables may stand in it. */
const LONGEST = 2 ** 20;
/** Files that include one another. */
const DEPTH = 20;

/**
 * Reads a YAML file and those it includes: paths are relative to the file that names them, later includes win over
 * earlier ones, and a file's own fields over both. Nothing is included from outside the folder above the first file's,
 * which is as far as collections of tasks share theirs.
 *
 * @throws QuantloopError `invalid-spec` for a file that is absent, not YAML, elsewhere, too long, or includes itself.
 */
export async function readFields(file: string): Promise<RawFields> {
  return readWithin(file, dirname(dirname(resolve(file))), []);
}

async function readWithin(file: string, root: string, within: readonly string[]): Promise<RawFields> {
  const path = resolve(file);
  if (within.includes(path) || within.length === DEPTH) {
    throw invalid(`${file} includes itself`, [...within, path].join(' → '));
  }
  const text = await readInside(path, root).catch((cause: unknown) => {
    if (cause instanceof QuantloopError) throw cause;
    const from = within.at(-1);
    throw invalid(
      `there is no task file ${file}${from === undefined ? '' : `, which ${from} includes`}`,
      cause,
    );
  });
  const { include, ...own } = parseFields(text, file);
  let merged: RawFields = {};
  for (const name of namesOf(include, file)) {
    const included = resolve(dirname(path), name);
    const { task_list: _, ...fields } = await readWithin(included, root, [...within, path]);
    // Not Object.assign: a key "__proto__" has to stay a key, and be refused as such.
    merged = { ...merged, ...fields };
  }
  return { ...merged, ...own };
}

async function readInside(path: string, root: string): Promise<string> {
  const file = await resolveInside({ folder: root, path, code: 'invalid-spec' });
  return readTextFile(file, { limit: LONGEST, code: 'invalid-spec' });
}

/** YAML as PyYAML reads it: version 1.1, where a bare `no` is false, and a repeated key replaces the earlier one. */
export function parseFields(text: string, file: string): RawFields {
  const folder = basename(dirname(resolve(file)));
  const document = composeYaml(text, file, {
    version: '1.1',
    uniqueKeys: false,
    customTags: (tags) => [...tags, functionTag(folder)],
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw invalid(`${file} is not YAML: ${problem.message}`);
  const fields = yamlValue(document, file);
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw invalid(`${file} is no task: expected fields such as task, dataset_path, doc_to_text`);
  }
  return fields as RawFields;
}

/** The reverse of `parseFields`. */
export function writeFields(fields: object): string {
  return stringify(fields, { version: '1.1', customTags: (tags) => [...tags, functionTag('')] });
}

function namesOf(include: unknown, file: string): string[] {
  if (include == null) return [];
  const names = Array.isArray(include) ? (include as unknown[]) : [include];
  if (names.every((name) => typeof name === 'string')) return names;
  throw invalid(`${file}: include is ${JSON.stringify(include)}, expected a path or a list of paths`);
}

function invalid(message: string, detail?: unknown): QuantloopError {
  const hint = typeof detail === 'string' ? { hint: detail } : { cause: detail };
  return new QuantloopError({ code: 'invalid-spec', message, ...hint });
}
