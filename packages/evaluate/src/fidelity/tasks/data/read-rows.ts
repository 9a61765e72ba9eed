import { QuantloopError } from '@quantloop/core';
import { readCsv } from './read-csv.ts';
import { readJson, readJsonLines } from './read-json.ts';
import { readParquet } from './read-parquet.ts';
import type { TaskDocument } from './task-document.ts';

/** How a data file is read, by the end of its name. */
const READERS: Record<string, (file: string) => AsyncIterable<TaskDocument>> = {
  '.jsonl': readJsonLines,
  '.json': readJson,
  '.csv': (file) => readCsv(file, ','),
  '.tsv': (file) => readCsv(file, '\t'),
  '.parquet': readParquet,
};

/** Ends of the names of files that can be read. */
export const DATA_EXTENSIONS = Object.keys(READERS);

/**
 * The rows of data files, one file after the other.
 *
 * @throws QuantloopError `invalid-spec` naming the file, and the line where it has lines; also where there is no row.
 */
export async function readRows(files: readonly string[]): Promise<TaskDocument[]> {
  const rows: TaskDocument[] = [];
  for (const file of files) {
    const read = READERS[/\.[^./\\]+$/.exec(file.toLowerCase())?.[0] ?? ''];
    if (read === undefined) {
      throw new QuantloopError({
        code: 'unsupported',
        message: `the data file ${file} is of no kind that can be read`,
        hint: `Known: ${DATA_EXTENSIONS.join(', ')}.`,
      });
    }
    for await (const row of read(file)) rows.push(row);
  }
  if (rows.length > 0) return rows;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${files.join(', ')} holds no document`,
    hint: 'Data files hold one row a document.',
  });
}
