import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { QuantloopError } from '@quantloop/core';
import { composeYaml, readTextFile, yamlValue } from '@quantloop/untrusted';
import { isMap, isSeq, LineCounter, type Document } from 'yaml';
import { CliError, EXIT } from '../cli-error.ts';

export interface Place {
  line: number;
  column: number;
}

/** What stands in a campaign file, and where. */
export interface CampaignText {
  /** As the user named it, for messages. */
  name: string;
  /** Absolute. */
  file: string;
  value: unknown;
  /** The place of a key or list item, or of the nearest enclosing one that exists. Undefined for TypeScript files. */
  placeOf(path: readonly (string | number)[]): Place | undefined;
}

/** Bytes of a campaign file. */
const LONGEST = 2 ** 20;

const MODULES = new Set(['.ts', '.mts', '.js', '.mjs']);

/** Reads a campaign from YAML, JSON, or a module's default export. Throws a {@link CliError} that names the line. */
export async function readCampaignText(name: string): Promise<CampaignText> {
  const file = resolve(name);
  if (MODULES.has(extname(file))) return readModule(name, file);
  let text: string;
  try {
    text = await readTextFile(file, { limit: LONGEST, code: 'invalid-spec' });
  } catch (error) {
    throw error instanceof QuantloopError ? error : unreadable(name, error);
  }
  return parseCampaignText({ name, file, text });
}

/** The same for text that is already there. */
export function parseCampaignText(options: { name: string; file: string; text: string }): CampaignText {
  const { name, file, text } = options;
  const lines = new LineCounter();
  const document = composeYaml(text, name, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new CliError({
      message: `${name}:${line}:${col}  ${error.message}`,
      hint: 'The file has to be YAML or JSON.',
      exitCode: EXIT.invalid,
      details: { issues: [{ file: name, line, column: col, path: [], message: error.message }] },
    });
  }
  return {
    name,
    file,
    value: yamlValue(document, name),
    placeOf: (path) => {
      const { line, col } = lines.linePos(offsetOf(document, path));
      return { line, column: col };
    },
  };
}

function offsetOf(document: Document, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = rangeStart(node);
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => keyName(item.key) === String(part));
      if (pair === undefined) break;
      offset = rangeStart(pair.key);
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(part)];
      if (item === undefined) break;
      offset = rangeStart(item);
      node = item;
    } else {
      break;
    }
  }
  return offset;
}

function keyName(key: unknown): string {
  return typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : String(key);
}

function rangeStart(node: unknown): number {
  const range = (node as { range?: [number, number, number] } | null)?.range;
  return range?.[0] ?? 0;
}

async function readModule(name: string, file: string): Promise<CampaignText> {
  try {
    const module = (await import(pathToFileURL(file).href)) as { default?: unknown };
    return { name, file, value: module.default, placeOf: () => undefined };
  } catch (error) {
    throw unreadable(name, error);
  }
}

function unreadable(name: string, cause: unknown): CliError {
  const missing = ['ENOENT', 'ERR_MODULE_NOT_FOUND'].includes((cause as NodeJS.ErrnoException).code ?? '');
  return new CliError({
    message: missing
      ? `${name}: there is no such file`
      : `${name} cannot be read: ${(cause as Error).message}`,
    hint: missing
      ? '`quantloop init` writes a campaign file that runs.'
      : 'Name a file: YAML, JSON, or a module with a default export.',
    exitCode: EXIT.invalid,
    cause,
  });
}
