import { DATA_EXTENSIONS } from './read-rows.ts';

/** Other names under which files hold a split, looked for where its own name is not found. */
const ALIASES: Record<string, readonly string[]> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'val', 'dev'],
  test: ['test', 'testing'],
};

const EXTENSION = `(${DATA_EXTENSIONS.map((end) => `\\${end}`).join('|')})`;

/**
 * The files of a split among those of a data set, in the layouts of the hub: `config/split/0000.parquet`,
 * `config/split-00000-of-00001.parquet`, `config/split.jsonl`, and the same without a folder or in `data/`.
 *
 * @param paths relative to the data set's folder, with `/`.
 * @param config the data set's name among several in one folder; null for the only one.
 */
export function splitFiles(paths: readonly string[], config: string | null, split: string): string[] {
  const folders =
    config === null ? ['', 'data/', 'default/', ...onlyFolder(paths)] : [`${config}/`, `data/${config}/`];
  for (const name of ALIASES[split] ?? [split]) {
    for (const folder of folders) {
      const start = `${escaped(folder)}${escaped(name)}`;
      const pattern = new RegExp(`^${start}(/[^/]*|[-.][\\d-]+-of-\\d+[^/]*|)${EXTENSION}$`, 'i');
      const found = paths.filter((path) => pattern.test(path)).sort();
      if (found.length > 0) return found;
    }
  }
  return [];
}

/** Configurations that a data set's files are grouped by. */
export function configsOf(paths: readonly string[]): string[] {
  const nested = paths.filter((path) => new RegExp(`${EXTENSION}$`, 'i').test(path) && path.includes('/'));
  return [...new Set(nested.map((path) => path.split('/')[0]!))].sort();
}

function onlyFolder(paths: readonly string[]): string[] {
  const folders = configsOf(paths);
  return folders.length === 1 ? [`${folders[0]}/`] : [];
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
