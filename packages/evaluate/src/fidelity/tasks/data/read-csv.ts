import { readFile } from 'node:fs/promises';
import { QuantloopError } from '@quantloop/core';
import { CsvError, parse } from 'csv-parse/sync';
import type { TaskDocument } from './task-document.ts';

/** Cells that pandas, which reads CSV for lm-eval, takes for no value. */
const NO_VALUE = new Set([
  '',
  'NA',
  'N/A',
  'n/a',
  'NaN',
  'nan',
  'NULL',
  'null',
  'None',
  '<NA>',
  '#N/A',
  '-nan',
  '-NaN',
]);

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

/**
 * Rows of a file with a header. A column whose every cell is a number, or True or False, holds those; any other text.
 *
 * @param delimiter between cells, e.g. `,`.
 */
export async function* readCsv(file: string, delimiter: string): AsyncGenerator<TaskDocument> {
  let rows: Record<string, string>[];
  try {
    rows = parse(await readFile(file, 'utf8'), {
      columns: true,
      delimiter,
      bom: true,
      skip_empty_lines: true,
    });
  } catch (cause) {
    const at = cause instanceof CsvError && typeof cause.lines === 'number' ? `:${cause.lines}` : '';
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `the data file ${file}${at} cannot be read: ${(cause as Error).message}`,
      hint: 'CSV files have the names of the columns in their first line, and as many cells in every other.',
      cause,
    });
  }
  const names = Object.keys(rows[0] ?? {});
  const convert = new Map(names.map((name) => [name, converter(rows.map((row) => row[name]!))]));
  for (const row of rows) {
    yield Object.fromEntries(names.map((name) => [name, convert.get(name)!(row[name]!)]));
  }
}

function converter(cells: readonly string[]): (cell: string) => unknown {
  const values = cells.filter((cell) => !NO_VALUE.has(cell));
  const orNull = (convert: (cell: string) => unknown) => (cell: string) =>
    NO_VALUE.has(cell) ? null : convert(cell);
  if (values.length > 0 && values.every((cell) => NUMBER.test(cell))) return orNull(Number);
  if (values.length > 0 && values.every((cell) => /^(True|False)$/.test(cell)))
    return orNull((cell) => cell === 'True');
  return orNull((cell) => cell);
}
