import { stem } from './porter-stemmer.ts';
import { countCommon, countNGrams, sumCounts } from './n-grams.ts';

export const ROUGE_NAMES = ['rouge1', 'rouge2', 'rougeL', 'rougeLsum'] as const;
export type RougeName = (typeof ROUGE_NAMES)[number];

/**
 * ROUGE's F-measure (Lin 2004) of an answer, 0 to 1, as rouge_score 0.1.2 computes it: words of a–z and 0–9 in lower
 * case. rougeL takes the text as one sequence, rougeLsum line by line. Of several references the best one counts.
 *
 * @param options.stemmer words longer than three letters by their stem.
 */
export function rouge(
  name: RougeName,
  answer: string,
  references: readonly string[],
  options: { stemmer: boolean },
): number {
  return Math.max(...references.map((reference) => SCORES[name](reference, answer, options.stemmer)));
}

const SCORES: Record<RougeName, (reference: string, answer: string, stemmer: boolean) => number> = {
  rouge1: (reference, answer, stemmer) =>
    scoreNGrams(tokenize(reference, stemmer), tokenize(answer, stemmer), 1),
  rouge2: (reference, answer, stemmer) =>
    scoreNGrams(tokenize(reference, stemmer), tokenize(answer, stemmer), 2),
  rougeL: (reference, answer, stemmer) =>
    scoreSequence(tokenize(reference, stemmer), tokenize(answer, stemmer)),
  rougeLsum: (reference, answer, stemmer) => scoreLines(lines(reference, stemmer), lines(answer, stemmer)),
};

function scoreNGrams(reference: string[], answer: string[], n: number): number {
  const theirs = countNGrams(reference, n, ' ');
  const ours = countNGrams(answer, n, ' ');
  return fMeasure(countCommon(theirs, ours), sumCounts(theirs), sumCounts(ours));
}

function scoreSequence(reference: string[], answer: string[]): number {
  if (reference.length === 0 || answer.length === 0) return 0;
  return fMeasure(commonTable(reference, answer).at(-1)!.at(-1)!, reference.length, answer.length);
}

/** Each line of the reference with the union of what it shares, in order, with any line of the answer. */
function scoreLines(reference: string[][], answer: string[][]): number {
  const left = { reference: countNGrams(reference.flat(), 1, ''), answer: countNGrams(answer.flat(), 1, '') };
  let hits = 0;
  for (const line of reference) {
    const shared = new Set(answer.flatMap((other) => commonPositions(line, other)));
    for (const position of [...shared].sort((a, b) => a - b)) {
      // A word counts no more often than it stands on either side.
      const word = line[position]!;
      const [inReference, inAnswer] = [left.reference.get(word)!, left.answer.get(word) ?? 0];
      if (inReference === 0 || inAnswer === 0) continue;
      hits += 1;
      left.reference.set(word, inReference - 1);
      left.answer.set(word, inAnswer - 1);
    }
  }
  return fMeasure(hits, reference.flat().length, answer.flat().length);
}

function fMeasure(hits: number, inReference: number, inAnswer: number): number {
  const precision = hits / Math.max(1, inAnswer);
  const recall = hits / Math.max(1, inReference);
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

/** Lengths of the longest common subsequences of all beginnings. */
function commonTable(reference: readonly string[], answer: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: reference.length + 1 }, () => new Uint32Array(answer.length + 1));
  for (let i = 1; i <= reference.length; i++) {
    const [above, row] = [table[i - 1]!, table[i]!];
    for (let j = 1; j <= answer.length; j++)
      row[j] = reference[i - 1] === answer[j - 1] ? above[j - 1]! + 1 : Math.max(above[j]!, row[j - 1]!);
  }
  return table;
}

/** Positions in the reference of one longest common subsequence: the one that rouge_score walks back to. */
function commonPositions(reference: readonly string[], answer: readonly string[]): number[] {
  const table = commonTable(reference, answer);
  const positions: number[] = [];
  for (let i = reference.length, j = answer.length; i > 0 && j > 0;) {
    if (reference[i - 1] === answer[j - 1]) {
      positions.push(i - 1);
      i -= 1;
      j -= 1;
    } else if (table[i]![j - 1]! > table[i - 1]![j]!) j -= 1;
    else i -= 1;
  }
  return positions;
}

const lines = (text: string, stemmer: boolean) => text.split('\n').map((line) => tokenize(line, stemmer));

function tokenize(text: string, stemmer: boolean): string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return stemmer ? words.map((word) => (word.length > 3 ? stem(word) : word)) : words;
}
