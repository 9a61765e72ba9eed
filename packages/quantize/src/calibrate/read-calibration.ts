import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { QuantloopError, type Calibration } from '@quantloop/core';
import { loadTokenizer, readMaxLength } from '@quantloop/models';
import { drawSorted } from './draw-sorted.ts';

/** Token sequences that a model is run on. */
export interface CalibrationSet {
  /** With the special tokens that the tokenizer adds; none is empty. */
  sequences: number[][];
  /** What was asked for, where texts came from a file. The sequences may be fewer and shorter. */
  asked?: Calibration;
}

/**
 * Texts → token sequences, one for each text, cut at what was asked for and at what the model reads at once. Blank texts
 * do not count. Fewer or shorter texts than asked give fewer or shorter sequences: the manifest says how many.
 *
 * @throws QuantloopError `invalid-spec` when there is no text; `model-corrupt` when the model has no tokenizer
 */
export async function readCalibration(options: {
  /** Model folder with the tokenizer. */
  folder: string;
  /** JSON lines with the field `text`. */
  file: string;
  asked: Calibration;
}): Promise<CalibrationSet> {
  const { folder, file, asked } = options;
  const tokenizer = await loadTokenizer(folder).catch((cause: QuantloopError) => {
    throw new QuantloopError({
      code: cause.code,
      message: `Calibration texts cannot be turned into tokens. ${cause.message}`,
      ...(cause.hint === undefined ? {} : { hint: cause.hint }),
      cause,
    });
  });
  const length = Math.min(asked.tokens, await readMaxLength(folder));
  const sequences: number[][] = [];
  for await (const text of chosenTexts(file, asked)) {
    const tokens = tokenizer.encode(text).slice(0, length);
    if (tokens.length > 0) sequences.push(tokens);
  }
  if (sequences.length > 0) return { sequences, asked };
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `The calibration file holds no text (${asked.text.digest}).`,
    hint: 'Give some 128 texts like those the model will see, one JSON object a line.',
  });
}

async function* chosenTexts(file: string, { samples, seed }: Calibration): AsyncGenerator<string> {
  if (seed === 0) {
    let taken = 0;
    for await (const text of textsOf(file)) {
      yield text;
      if (++taken === samples) return;
    }
    return;
  }
  const drawn = new Set(drawSorted({ count: await countTexts(file), samples, seed }));
  let index = 0;
  for await (const text of textsOf(file)) if (drawn.has(index++)) yield text;
}

/** How many texts of the file are not blank. */
export async function countTexts(file: string): Promise<number> {
  let count = 0;
  for await (const _ of textsOf(file)) count++;
  return count;
}

/** The texts of the file that are not blank. */
async function* textsOf(file: string): AsyncGenerator<string> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number++;
    if (line.trim() === '') continue;
    const text = textOf(line);
    if (text === undefined) {
      throw new QuantloopError({
        code: 'invalid-spec',
        message: `Line ${number} of the calibration file has no "text".`,
        hint: 'Give one JSON object with the field "text" a line.',
      });
    }
    if (text.trim() !== '') yield text;
  }
}

function textOf(line: string): string | undefined {
  try {
    const text = (JSON.parse(line) as { text?: unknown } | null)?.text;
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}
