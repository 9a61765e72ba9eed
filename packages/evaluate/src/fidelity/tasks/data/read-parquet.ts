import { QuantloopError } from '@quantloop/core';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { TaskDocument } from './task-document.ts';

/** Rows of a Parquet file, with integers as numbers and times as ISO text, as JSON has them. */
export async function* readParquet(file: string): AsyncGenerator<TaskDocument> {
  let rows: Record<string, unknown>[];
  try {
    rows = await parquetReadObjects({ file: await asyncBufferFromFile(file), compressors });
  } catch (cause) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `the data file ${file} cannot be read: ${(cause as Error).message}`,
      hint: 'It must be a Parquet file; if it was downloaded, download it again.',
      cause,
    });
  }
  for (const row of rows) yield asJson(row, file) as TaskDocument;
}

function asJson(value: unknown, file: string): unknown {
  if (typeof value === 'bigint') {
    if (Number.isSafeInteger(Number(value))) return Number(value);
    throw new QuantloopError({
      code: 'unsupported',
      message: `${file} holds the integer ${value}, which is beyond 2^53`,
      hint: 'Write the column as text.',
    });
  }
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as ArrayLike<number>, (item) => asJson(item, file));
  }
  if (Array.isArray(value)) return value.map((item) => asJson(item, file));
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, asJson(item, file)]));
}
