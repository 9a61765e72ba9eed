import { splitWords } from '../tasks/python-text.ts';
import { countCommon, countNGrams, sumCounts } from './n-grams.ts';

const CHARACTER_ORDER = 6;
/** Word n-grams that chrF++ adds. */
const WORD_ORDER = 2;
/** Recall counts β² times as much as precision. */
const BETA = 2;

const columnsOf = (name: string, orders: number) =>
  Array.from({ length: orders }, (_, i) =>
    ['hypothesis', 'reference', 'matches'].map((part) => `${name}.${part}${i + 1}`),
  ).flat();

/** What chrF and chrF++ need to know of a segment: sums of these over segments make the corpus's number. */
export const CHRF_COLUMNS = columnsOf('chrf', CHARACTER_ORDER);
export const CHRFPP_COLUMNS = columnsOf('chrf++', CHARACTER_ORDER + WORD_ORDER);

/**
 * A segment's part in chrF (Popović 2015) or chrF++ (Popović 2017) as sacrebleu counts it: n-grams of characters
 * without whitespace, case kept; of several references the one that gives the segment the best score.
 *
 * @returns three values an order: n-grams of the answer, of the reference, of both.
 */
export function chrfCounts(answer: string, references: readonly string[], words: boolean): number[] {
  const ours = gramsOf(answer, words);
  let best: number[] | undefined;
  let score = -1;
  for (const reference of references) {
    const counts = gramsOf(reference, words).flatMap((theirs, i) => [
      // An order that the reference is too short for says nothing of the answer either.
      theirs.size === 0 ? 0 : sumCounts(ours[i]!),
      sumCounts(theirs),
      countCommon(ours[i]!, theirs),
    ]);
    const reached = chrfOfSums(counts);
    if (reached > score) [best, score] = [counts, reached];
  }
  return best!;
}

/** F-score of the mean precision and the mean recall over the orders that both sides have, 0 to 100. */
export function chrfOfSums(sums: readonly number[]): number {
  let precision = 0;
  let recall = 0;
  let orders = 0;
  for (let i = 0; i < sums.length; i += 3) {
    const [hypothesis, reference, matches] = [sums[i]!, sums[i + 1]!, sums[i + 2]!];
    if (hypothesis === 0 || reference === 0) continue;
    precision += matches / hypothesis;
    recall += matches / reference;
    orders += 1;
  }
  if (precision + recall === 0) return 0;
  precision /= orders;
  recall /= orders;
  return (100 * (1 + BETA ** 2) * precision * recall) / (BETA ** 2 * precision + recall);
}

function gramsOf(text: string, words: boolean): Map<string, number>[] {
  const characters = [...splitWords(text).join('')];
  const grams = orders(CHARACTER_ORDER).map((n) => countNGrams(characters, n, ''));
  if (!words) return grams;
  const list = splitPunctuation(text);
  return [...grams, ...orders(WORD_ORDER).map((n) => countNGrams(list, n, ' '))];
}

const orders = (highest: number) => Array.from({ length: highest }, (_, i) => i + 1);

const PUNCTUATION = /^[!-/:-@[-`{-~]$/;

/** Words with one mark of punctuation split off, at the end or else at the beginning. */
function splitPunctuation(text: string): string[] {
  return splitWords(text).flatMap((word) => {
    const characters = [...word];
    if (characters.length === 1) return [word];
    if (PUNCTUATION.test(characters.at(-1)!)) return [characters.slice(0, -1).join(''), characters.at(-1)!];
    if (PUNCTUATION.test(characters[0]!)) return [characters[0]!, characters.slice(1).join('')];
    return [word];
  });
}
