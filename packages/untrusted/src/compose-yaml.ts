import { QuantloopError } from '@quantloop/core';
import {
  parseDocument,
  type Document,
  type DocumentOptions,
  type ParseOptions,
  type SchemaOptions,
} from 'yaml';

/** The longest file that is read, in characters: the parser takes seconds for so much. */
const LONGEST = 2 ** 20;
/** Lists and maps inside each other. */
const DEPTH = 100;
/** Values altogether, those that aliases repeat counted each time. */
const VALUES = 200_000;

type YamlOptions = ParseOptions & DocumentOptions & SchemaOptions;

/**
 * Parses YAML or JSON that somebody else wrote. What is no YAML is told by the document's `errors`.
 *
 * @param place for messages: the file
 * @throws QuantloopError `invalid-spec` for what is too long or too deep
 */
export function composeYaml(text: string, place: string, options: YamlOptions = {}): Document.Parsed {
  if (text.length > LONGEST) {
    throw refuse(`${place} has ${text.length} characters; no more than ${LONGEST} are read`);
  }
  try {
    return parseDocument(text, options);
  } catch (cause) {
    // The parser calls itself for each level.
    if (cause instanceof RangeError) throw tooDeep(place, cause);
    throw refuse(`${place} is not YAML: ${(cause as Error).message}`, cause);
  }
}

/**
 * The value of a document.
 *
 * @throws QuantloopError `invalid-spec` for one that is too deep or too large, as aliases of aliases make it
 */
export function yamlValue(document: Document.Parsed, place: string): unknown {
  let value: unknown;
  try {
    value = document.toJS();
  } catch (cause) {
    if (cause instanceof RangeError) throw tooDeep(place, cause);
    throw refuse(`${place}: ${(cause as Error).message}`, cause);
  }
  requireBounded(value, place);
  return value;
}

function requireBounded(root: unknown, place: string): void {
  let level = [root];
  let values = 0;
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length;
    if (depth > DEPTH) throw tooDeep(place);
    if (values > VALUES) throw refuse(`${place} holds more than ${VALUES} values`);
    const below: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      for (const item of Object.values(value)) below.push(item);
    }
    level = below;
  }
}

const tooDeep = (place: string, cause?: unknown) =>
  refuse(`${place} has lists or maps more than ${DEPTH} deep in each other`, cause);

function refuse(message: string, cause?: unknown): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message,
    hint: 'Write it out plainly: no file of this kind needs that.',
    cause,
  });
}
