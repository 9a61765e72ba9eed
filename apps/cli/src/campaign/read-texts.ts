import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { QuantloopError, suggestName, type TextSource } from '@quantloop/core';
import { z } from 'zod';

const JSON_LINES = new Set(['.jsonl', '.ndjson']);

/** Whether a file holds JSON objects with the texts in a field; else it is plain text. */
export const hasFields = (file: string): boolean => JSON_LINES.has(extname(file));

/** The texts of a file: a field of every JSON line, or each line of plain text that is not blank. */
export const readTexts = (source: TextSource): Promise<string[]> =>
  readValues(source, { schema: z.string(), what: 'text' });

/**
 * The same of what need not be a text in JSON lines.
 *
 * @param options.what the field is to hold, for messages.
 */
export async function readValues<Schema extends z.ZodType>(
  { file, field }: TextSource,
  { schema, what }: { schema: Schema; what: string },
): Promise<z.output<Schema>[]> {
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message;
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${file}: ${reason}.`,
      hint: 'Name a file of texts.',
      cause,
    });
  });
  const lines = content
    .split(/\r?\n/)
    .flatMap((line, index) => (line.trim() === '' ? [] : [{ line, number: index + 1 }]));
  if (lines.length === 0) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${file} has no texts.`,
      hint: 'Put one text on each line.',
    });
  }
  return lines.map(({ line, number }) => {
    const place = `${file}:${number}`;
    const record = hasFields(file) ? recordOf(line, place) : { [field]: line };
    const parsed = schema.safeParse(record[field]);
    if (parsed.success) return parsed.data;
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${place}: no ${what} in the field "${field}".`,
      hint: suggestName(field, Object.keys(record)),
    });
  });
}

function recordOf(line: string, place: string): Record<string, unknown> {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch (cause) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${place}: not JSON.`,
      hint: 'A .jsonl file has one JSON object on each line; plain texts go in a .txt file.',
      cause,
    });
  }
  return typeof record === 'object' && record !== null ? (record as Record<string, unknown>) : {};
}
