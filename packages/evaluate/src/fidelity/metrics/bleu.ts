import { splitWords, stripEnd } from '../tasks/python-text.ts';
import { countCommon, countNGrams } from './n-grams.ts';

const ORDERS = [1, 2, 3, 4] as const;

/** What BLEU needs to know of a segment: sums of these over segments make the corpus's BLEU. */
export const BLEU_COLUMNS = [
  'bleu.length',
  'bleu.reference',
  ...ORDERS.map((n) => `bleu.matches${n}`),
  ...ORDERS.map((n) => `bleu.total${n}`),
];

/**
 * A segment's part in BLEU (Papineni et al. 2002), as sacrebleu counts it: tokens of mteval-v13a, case kept, matches
 * clipped by the reference that has the n-gram most often, and the length of the reference closest to the answer's.
 *
 * @returns values in the order of `BLEU_COLUMNS`.
 */
export function bleuCounts(answer: string, references: readonly string[]): number[] {
  const tokens = tokenize13a(answer);
  const targets = references.map(tokenize13a);
  const matches: number[] = [];
  const totals: number[] = [];
  for (const n of ORDERS) {
    const most = new Map<string, number>();
    for (const target of targets) {
      for (const [gram, count] of countNGrams(target, n, ' '))
        most.set(gram, Math.max(most.get(gram) ?? 0, count));
    }
    matches.push(countCommon(countNGrams(tokens, n, ' '), most));
    totals.push(Math.max(0, tokens.length - n + 1));
  }
  const lengths = targets.map((target) => target.length);
  const distance = (length: number) => Math.abs(length - tokens.length);
  const [closest] = lengths.sort((a, b) => distance(a) - distance(b) || a - b);
  return [tokens.length, closest!, ...matches, ...totals];
}

/** BLEU of a corpus, 0 to 100, from the sums of its segments' counts; orders without a match smoothed exponentially. */
export function bleuOfSums(sums: readonly number[]): number {
  const [length = 0, reference = 0] = sums;
  const matches = sums.slice(2, 2 + ORDERS.length);
  const totals = sums.slice(2 + ORDERS.length);
  if (matches.every((count) => count === 0)) return 0;
  // Answers shorter than four tokens leave the higher orders without any n-gram: then nothing can be said of them.
  if (totals.includes(0)) return 0;
  let smoothing = 1;
  let logs = 0;
  matches.forEach((count, i) => {
    if (count === 0) smoothing *= 2;
    logs += Math.log((100 * (count === 0 ? 1 / smoothing : count)) / totals[i]!);
  });
  const brevity = length < reference ? Math.exp(1 - reference / length) : 1;
  return brevity * Math.exp(logs / ORDERS.length);
}

const ENTITIES = [
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
] as const;

/** Tokens of mteval-v13a, by which WMT scores. */
export function tokenize13a(segment: string): string[] {
  let text = stripEnd(segment).replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  for (const [entity, character] of ENTITIES) text = text.replaceAll(entity, character);
  const spaced = ` ${text} `
    // ASCII punctuation and symbols but apostrophe, comma, hyphen and full stop; `u` so that a character is one.
    .replace(/[\x20-\x26\x28-\x2b\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/gu, ' $& ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])(-)/gu, '$1 $2 ');
  return splitWords(spaced);
}
