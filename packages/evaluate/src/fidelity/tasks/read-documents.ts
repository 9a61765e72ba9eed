import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { QuantloopError } from '@quantloop/core';

/** A row of a data set: column → value. */
export type TaskDocument = Record<string, unknown>;

/**
 * The documents of data files in order: JSON lines, or one JSON array (`.json`).
 *
 * @param limit only the first so many; null for all.
 * @throws QuantloopError `invalid-spec` naming file and line.
 */
export async function readDocuments(files: readonly string[], limit: number | null): Promise<TaskDocument[]> {
  const documents: TaskDocument[] = [];
  for (const file of files) {
    for await (const document of file.endsWith('.json') ? jsonArray(file) : jsonLines(file)) {
      if (limit !== null && documents.length >= limit) return documents;
      documents.push(document);
    }
  }
  if (documents.length === 0) throw invalid(`${files.join(', ')} holds no document`);
  return documents;
}

async function* jsonLines(file: string): AsyncGenerator<TaskDocument> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  let number = 0;
  try {
    for await (const line of lines) {
      number += 1;
      if (line.trim() !== '') yield asDocument(line, `${file}:${number}`);
    }
  } catch (cause) {
    if (cause instanceof QuantloopError) throw cause;
    throw invalid(`the data file ${file} cannot be read`, cause);
  }
}

async function* jsonArray(file: string): AsyncGenerator<TaskDocument> {
  const text = await readFile(file, 'utf8');
  const parsed: unknown = parseJson(text, file);
  // `.json` files of one object a line are common too.
  if (!Array.isArray(parsed)) return yield* jsonLines(file);
  for (const [i, document] of parsed.entries()) yield requireObject(document, `${file}[${i}]`);
}

function asDocument(line: string, place: string): TaskDocument {
  return requireObject(parseJson(line, place), place);
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (place.endsWith('.json')) return undefined;
    throw invalid(`${place} is not JSON`, cause);
  }
}

function requireObject(value: unknown, place: string): TaskDocument {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as TaskDocument;
  throw invalid(`${place} is not an object of columns`);
}

function invalid(message: string, cause?: unknown): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message,
    hint: 'Data files hold one JSON object a line.',
    cause,
  });
}
