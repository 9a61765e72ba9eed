import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { QuantloopError, suggestName, type TextSource } from '@quantloop/core';

const JSON_LINES = new Set(['.jsonl', '.ndjson']);

/** Whether a file holds JSON objects with the texts in a field; else it is plain text. */
export const hasFields = (file: string): boolean => JSON_LINES.has(extname(file));

/** The texts of a file: a field of every JSON line, or each line of plain text that is not blank. */
export async function readTexts({ file, field }: TextSource): Promise<string[]> {
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
  if (!hasFields(file)) return lines.map(({ line }) => line);
  return lines.map(({ line, number }) => textOf(line, field, `${file}:${number}`));
}

function textOf(line: string, field: string, place: string): string {
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
  const text =
    typeof record === 'object' && record !== null ? (record as Record<string, unknown>)[field] : undefined;
  if (typeof text === 'string') return text;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${place}: no text in the field "${field}".`,
    hint: suggestName(field, Object.keys((record ?? {}) as object)),
  });
}
