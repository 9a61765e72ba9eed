import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { QuantloopError, suggestName } from '@quantloop/core';
import { downloadDatasetFiles } from '@quantloop/models';
import { resolveInside } from '@quantloop/untrusted';
import type { TaskDefinition } from '../task-definition.ts';
import { HubListings } from './hub-listings.ts';
import { readRows } from './read-rows.ts';
import { configsOf, splitFiles } from './split-files.ts';
import type { TaskDocument } from './task-document.ts';

/** Where a task's data is instead of where its file says: a data file, a folder of them, or files by split. */
export type DataPlace = string | Record<string, string | readonly string[]>;

export interface Dataset {
  /** @throws QuantloopError `invalid-spec` where there is no such split, `unreachable` where a hub is not reached. */
  read(split: string): Promise<TaskDocument[]>;
}

export interface DatasetOptions {
  definition: TaskDefinition;
  /** The task's file; paths are relative to its folder or the one above, where collections keep their data. */
  place: string;
  /** Paths absolute. */
  data?: DataPlace | undefined;
  hub?: HubListings | undefined;
}

/** Kinds of `dataset_path` that mean local files. */
const FILE_KINDS = ['json', 'csv', 'parquet'];

/** Finds the data of a task. Nothing is read or downloaded before a split is asked for. */
export async function openDataset(options: DatasetOptions): Promise<Dataset> {
  const { definition, place, data, hub = new HubListings() } = options;
  const { dataset_path, dataset_name, dataset_kwargs } = definition;
  const config = dataset_name ?? null;
  if (data !== undefined) {
    if (typeof data !== 'string') return filesDataset(data, place, (path) => Promise.resolve(path));
    if (await isFolder(data)) return folderDataset(data, config, place);
    if (!(await exists(data))) {
      throw invalid(
        `${place}: there is no data at ${data}`,
        'Give a file, or a folder with a file for each split.',
      );
    }
    return filesDataset({ [evaluatedSplit(definition)]: data }, place, (path) => Promise.resolve(path));
  }
  const files = dataset_kwargs?.data_files;
  if (
    files !== undefined &&
    (FILE_KINDS.includes(dataset_path) || (await localFolder(dataset_path, place)))
  ) {
    // Without names of splits all rows are the split "train", as in the Python library.
    const named = typeof files === 'string' || Array.isArray(files) ? { train: files } : files;
    return filesDataset(named, place, (path) => locate(path, place));
  }
  const folder = await localFolder(dataset_kwargs?.data_dir ?? dataset_path, place);
  if (folder !== undefined) return folderDataset(folder, config, place);
  if (FILE_KINDS.includes(dataset_path)) {
    throw invalid(
      `${place}: dataset_path is "${dataset_path}", and dataset_kwargs.data_files names no file`,
      'Write dataset_kwargs: { data_files: { test: test.jsonl } }.',
    );
  }
  return hubDataset({ repo: dataset_path, revision: dataset_kwargs?.revision, config, place, hub });
}

/** The split evaluated is test if the task has one, else validation. */
export function evaluatedSplit(definition: TaskDefinition): string {
  return definition.test_split ?? definition.validation_split ?? 'test';
}

function filesDataset(
  files: Readonly<Record<string, string | readonly string[]>>,
  place: string,
  locateFile: (path: string) => Promise<string>,
): Dataset {
  return {
    read: async (split) => {
      const named = Object.hasOwn(files, split) ? files[split] : undefined;
      if (named === undefined) {
        throw invalid(
          `${place}: the data files have no split "${split}"`,
          suggestName(split, Object.keys(files)),
        );
      }
      const paths = typeof named === 'string' ? [named] : named;
      return readRows(await Promise.all(paths.map(locateFile)));
    },
  };
}

function folderDataset(folder: string, config: string | null, place: string): Dataset {
  return {
    read: async (split) => {
      const entries = await readdir(folder, { recursive: true });
      const paths = entries.map((path) => path.split(sep).join('/'));
      const found = requireSplit({ paths, config, split, place, where: folder });
      for (const path of found) await resolveInside({ folder, path, code: 'invalid-spec' });
      return readRows(found.map((path) => join(folder, path)));
    },
  };
}

function hubDataset(options: {
  repo: string;
  revision: string | undefined;
  config: string | null;
  place: string;
  hub: HubListings;
}): Dataset {
  const { repo, revision, config, place, hub } = options;
  return {
    read: async (split) => {
      try {
        const listing = await hub.list(repo, revision);
        const where = `the data set ${repo} on the hub`;
        const paths = requireSplit({ paths: listing.paths, config, split, place, where });
        return await readRows(await downloadDatasetFiles(listing, paths, hub.options));
      } catch (cause) {
        if (!(cause instanceof QuantloopError) || cause.message.startsWith(place)) throw cause;
        throw new QuantloopError({
          code: cause.code,
          message: `${place}: ${cause.message}`,
          hint: `${cause.hint ?? ''} Or give its files: data: ./folder, with ${config === null ? '' : `${config}/`}${split}.jsonl, .csv or .parquet in it.`.trim(),
          cause,
        });
      }
    },
  };
}

function requireSplit(options: {
  paths: readonly string[];
  config: string | null;
  split: string;
  place: string;
  where: string;
}): string[] {
  const { paths, config, split, place, where } = options;
  const found = splitFiles(paths, config, split);
  if (found.length > 0) return found;
  const configs = configsOf(paths);
  throw invalid(
    `${place}: ${where} has no files of ${config === null ? '' : `"${config}", `}split "${split}"`,
    configs.length > 0
      ? `It has ${configs.slice(0, 80).join(', ')}.`
      : `Expected ${config === null ? '' : `${config}/`}${split}.jsonl, .json, .csv or .parquet.`,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A folder beside the task file, or in the folder above. */
async function localFolder(path: string, place: string): Promise<string | undefined> {
  const folder = dirname(resolve(place));
  const above = dirname(folder);
  for (const base of [folder, above]) {
    const candidate = resolve(base, path);
    if (candidate === folder || candidate === above || !(await isFolder(candidate))) continue;
    await resolveInside({ folder: above, path: candidate, code: 'invalid-spec' });
    return candidate;
  }
  return undefined;
}

/** A file that the task names: like what it includes, nowhere outside the folder above its own. */
async function locate(path: string, place: string): Promise<string> {
  const folder = dirname(resolve(place));
  const above = dirname(folder);
  for (const base of [folder, above]) {
    const candidate = resolve(base, path);
    if (!(await exists(candidate))) continue;
    await resolveInside({ folder: above, path: candidate, code: 'invalid-spec' });
    return candidate;
  }
  throw invalid(
    `${place}: there is no data file ${path}, neither in ${folder} nor in the folder above`,
    `Put it at ${join(folder, path)}.`,
  );
}

function invalid(message: string, hint: string): QuantloopError {
  return new QuantloopError({ code: 'invalid-spec', message, hint });
}
