import type { Fault } from '@quantloop/core';

/** An answer as it was generated. */
export interface RawAnswer {
  text: string;
  /** With special tokens written out. */
  raw: string;
  tokens: readonly number[];
  /** The model ended it by itself. */
  ended: boolean;
}

/**
 * What is wrong with an answer as far as can be seen without knowing the right one:
 *
 * - `loops`: it ends in one sequence of tokens said three times or more, 12 tokens in all at least.
 * - `empty`: nothing but blanks.
 * - `truncated`: the limit of tokens cut it where no sentence ends.
 * - `off_script`: special tokens, a chat template's marks, control or broken characters; or a writing system that the
 *   prompt does not use: more than half of the letters for Latin and Greek, which formulas, names and code use
 *   everywhere, two letters for any other.
 *
 * @param prompt what was asked, without a template's own words.
 */
export function findFaults(answer: RawAnswer, prompt: string): Fault[] {
  return (Object.keys(DETECTORS) as Fault[]).filter((fault) => DETECTORS[fault](answer, prompt));
}

const DETECTORS: Record<Fault, (answer: RawAnswer, prompt: string) => boolean> = {
  loops: ({ tokens }) => endsInLoop(tokens),
  empty: ({ text }) => text.trim() === '',
  truncated: ({ text, ended }) => !ended && !SENTENCE_END.test(text),
  off_script: ({ text, raw, ended }, prompt) =>
    raw !== text ||
    MARKS.test(text) ||
    BROKEN.test(ended ? text : text.replace(CUT_CHARACTER, '')) ||
    changesScript(text, prompt),
};

/** Quotes, brackets and emphasis may close behind the stop. */
const SENTENCE_END = /[.!?…。！？।؟][\s"'”’»)\]*_`」』]*$/u;

/** ChatML's and Llama's, Mistral's, Gemma's; those that a tokenizer has as special tokens are told by `raw`. */
const MARKS = /<\|\w+\|>|\[\/?INST\]|<(start|end)_of_turn>/;

/** The replacement character, and control characters other than tab and line ends. */
const BROKEN = /\uFFFD|(?![\t\n\r])\p{Cc}/u;

/** The limit of tokens may cut a character into bytes. */
const CUT_CHARACTER = /\uFFFD+$/;

const LEAST_REPEATS = 3;
const LEAST_TOKENS = 12;

function endsInLoop(tokens: readonly number[]): boolean {
  for (let period = 1; period * LEAST_REPEATS <= tokens.length; period++) {
    let same = 0;
    while (same + period < tokens.length && tokens.at(-1 - same) === tokens.at(-1 - same - period)) same += 1;
    if (same + period >= Math.max(LEAST_TOKENS, LEAST_REPEATS * period)) return true;
  }
  return false;
}

/** Unicode's scripts; those that one language mixes count as one. */
const SCRIPTS = [
  { script: /\p{Script=Latin}/gu, incidental: true },
  { script: /\p{Script=Greek}/gu, incidental: true },
  { script: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu, incidental: false },
  ...['Cyrillic', 'Hangul', 'Arabic', 'Hebrew', 'Devanagari', 'Bengali', 'Tamil', 'Thai'].map((name) => ({
    script: new RegExp(`\\p{Script=${name}}`, 'gu'),
    incidental: false,
  })),
];

function changesScript(text: string, prompt: string): boolean {
  // Numbers and signs alone ask for no script.
  if (count(prompt, /\p{L}/gu) === 0) return false;
  const letters = count(text, /\p{L}/gu);
  return SCRIPTS.some(({ script, incidental }) => {
    const written = count(text, script);
    return written >= (incidental ? Math.floor(letters / 2) + 1 : 2) && count(prompt, script) === 0;
  });
}

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
