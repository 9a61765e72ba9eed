import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { parseDocument, stringify } from 'yaml';
import { functionTag } from './function-reference.ts';

/** Fields of a task or group as written, includes merged. */
export type RawFields = Record<string, unknown>;

/**
 * Reads a YAML file and those it includes: paths are relative to the file that names them, later includes win over
 * earlier ones, and a file's own fields over both.
 *
 * @throws QuantloopError `invalid-spec` for a file that is absent, not YAML, or includes itself.
 */
export async function readFields(file: string, within: readonly string[] = []): Promise<RawFields> {
  const path = resolve(file);
  if (within.includes(path)) throw invalid(`${file} includes itself`, [...within, path].join(' → '));
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const from = within.at(-1);
    throw invalid(
      `there is no task file ${file}${from === undefined ? '' : `, which ${from} includes`}`,
      cause,
    );
  });
  const { include, ...own } = parseFields(text, file);
  const merged: RawFields = {};
  for (const name of namesOf(include, file)) {
    const { task_list: _, ...fields } = await readFields(resolve(dirname(path), name), [...within, path]);
    Object.assign(merged, fields);
  }
  return { ...merged, ...own };
}

/** YAML as PyYAML reads it: version 1.1, where a bare `no` is false, and a repeated key replaces the earlier one. */
export function parseFields(text: string, file: string): RawFields {
  const folder = basename(dirname(resolve(file)));
  const document = parseDocument(text, {
    version: '1.1',
    uniqueKeys: false,
    customTags: (tags) => [...tags, functionTag(folder)],
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw invalid(`${file} is not YAML: ${problem.message}`);
  const fields: unknown = document.toJS();
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
