import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { QuantloopError } from '@quantloop/core';
import type { TaskDocument } from './task-document.ts';

/** One JSON object a line. */
export async function* readJsonLines(file: string): AsyncGenerator<TaskDocument> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  let number = 0;
  try {
    for await (const line of lines) {
      number += 1;
      if (line.trim() !== '') yield asRow(parseLine(line, `${file}:${number}`), `${file}:${number}`);
    }
  } catch (cause) {
    if (cause instanceof QuantloopError) throw cause;
    throw invalid(`the data file ${file} cannot be read`, cause);
  }
}

/** The lines of a file of JSON objects. @throws QuantloopError `invalid-spec` naming file and line, or where there is none. */
export async function allJsonLines(file: string): Promise<TaskDocument[]> {
  const lines: TaskDocument[] = [];
  for await (const line of readJsonLines(file)) lines.push(line);
  if (lines.length === 0) throw invalid(`${file} holds no line`);
  return lines;
}

/** One JSON array; `.json` files of one object a line are common too. */
export async function* readJson(file: string): AsyncGenerator<TaskDocument> {
  const rows = parseArray(
    await readFile(file, 'utf8').catch((cause: unknown) => {
      throw invalid(`the data file ${file} cannot be read`, cause);
    }),
  );
  if (rows === undefined) return yield* readJsonLines(file);
  for (const [i, row] of rows.entries()) yield asRow(row, `${file}[${i}]`);
}

function parseArray(text: string): unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function parseLine(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw invalid(`${place} is not JSON`, cause);
  }
}

function asRow(value: unknown, place: string): TaskDocument {
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
