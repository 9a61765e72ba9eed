import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alignWords } from '../../../src/fidelity/metrics/edit-alignment.ts';
import { bleuCounts, bleuOfSums } from '../../../src/fidelity/metrics/bleu.ts';
import { chrfCounts, chrfOfSums } from '../../../src/fidelity/metrics/chrf.ts';
import { stem } from '../../../src/fidelity/metrics/porter-stemmer.ts';
import { ROUGE_NAMES, rouge } from '../../../src/fidelity/metrics/rouge.ts';
import { terCounts, terOfSums } from '../../../src/fidelity/metrics/ter.ts';
import type { Recorded } from './recorded.ts';

const recorded = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as Recorded;

type Count = (answer: string, references: readonly string[]) => number[];
const METRICS = {
  bleu: [bleuCounts, bleuOfSums],
  chrf: [(answer, references) => chrfCounts(answer, references, false), chrfOfSums],
  'chrf++': [(answer, references) => chrfCounts(answer, references, true), chrfOfSums],
  ter: [terCounts, terOfSums],
} satisfies Record<string, [Count, (sums: readonly number[]) => number]>;
const names = Object.keys(METRICS) as (keyof typeof METRICS)[];

const add = (a: number[], b: number[]) => a.map((value, i) => value + b[i]!);

test.for(names)('%s equals sacrebleu’s, segment by segment and of the corpus', (name) => {
  const [count, score] = METRICS[name];
  const counts = recorded.segments.map(({ answer, references }) => count(answer, references));
  counts.forEach((sums, i) =>
    expect(score(sums), recorded.segments[i]!.answer).toBeCloseTo(recorded[name].segments[i]!, 9),
  );
  expect(score(counts.reduce(add))).toBeCloseTo(recorded[name].corpus, 9);
});

const sentence = fc.array(fc.constantFrom('a', 'b', 'c', 'dd', 'é', '1', '.', ','), {
  minLength: 4,
  maxLength: 14,
});

test.for(names)(
  '%s of an answer that is a reference is perfect, and needs no order of references',
  (name) => {
    const [count, score] = METRICS[name];
    fc.assert(
      fc.property(sentence, sentence, (words, others) => {
        const [answer, other] = [words.join(' '), others.join(' ')];
        const best = name === 'ter' ? 0 : 100;
        expect(score(count(answer, [answer]))).toBeCloseTo(best, 9);
        expect(score(count(answer, [other, answer]))).toBeCloseTo(best, 9);
        expect(score(count(other, [answer, `${answer} x`]))).toBeCloseTo(
          score(count(other, [`${answer} x`, answer])),
          9,
        );
      }),
    );
  },
);

describe('ROUGE', () => {
  test.for(['plain', 'stemmed'] as const)('%s equals rouge_score’s', (kind) => {
    for (const name of ROUGE_NAMES) {
      const ours = recorded.summaries.map(({ answer, reference }) =>
        rouge(name, answer, [reference], { stemmer: kind === 'stemmed' }),
      );
      ours.forEach((value, i) =>
        expect(value, `${name}: ${recorded.summaries[i]!.answer}`).toBeCloseTo(
          recorded.rouge[kind][name][i]!,
          9,
        ),
      );
    }
  });

  test('stems are NLTK’s', () => {
    const ours = Object.keys(recorded.stems).map((word) => [word, stem(word)]);
    expect(Object.fromEntries(ours)).toEqual(recorded.stems);
  });

  test('is symmetric, at most 1, and of several references the best one’s', () => {
    fc.assert(
      fc.property(sentence, sentence, fc.constantFrom(...ROUGE_NAMES.slice(0, 3)), (a, b, name) => {
        const score = (answer: string[], reference: string[]) =>
          rouge(name, answer.join(' '), [reference.join(' ')], { stemmer: false });
        expect(score(a, b)).toBeCloseTo(score(b, a), 12);
        expect(score(a, b)).toBeLessThanOrEqual(1);
        expect(rouge(name, a.join(' '), [b.join(' '), a.join(' ')], { stemmer: false })).toBe(
          Math.max(score(a, a), score(a, b)),
        );
      }),
    );
  });
});

test('the distance of two sequences within the band is Levenshtein’s', () => {
  const levenshtein = (a: string[], b: string[]): number => {
    let row = Array.from({ length: b.length + 1 }, (_, j) => j);
    a.forEach((word, i) => {
      const next = [i + 1];
      b.forEach((other, j) =>
        next.push(Math.min(row[j]! + (word === other ? 0 : 1), row[j + 1]! + 1, next[j]! + 1)),
      );
      row = next;
    });
    return row[b.length]!;
  };
  fc.assert(
    fc.property(sentence, sentence, (a, b) => {
      const { distance, wrong, missed, positions } = alignWords(a, b);
      expect(distance).toBe(levenshtein(a, b));
      b.forEach((word, j) => missed[j] === 0 && expect(a[positions[j]!]).toBe(word));
      // Every edit leaves a mark on one side or on both.
      const marks = [...wrong, ...missed].reduce((sum, mark) => sum + mark, 0);
      expect(marks).toBeGreaterThanOrEqual(distance);
      expect(marks).toBeLessThanOrEqual(2 * distance);
    }),
  );
});

test('nothing answered scores nothing, and nothing asked for neither', () => {
  for (const name of names) {
    const [count, score] = METRICS[name];
    expect(score(count('', ['a reference'])), name).toBe(name === 'ter' ? 100 : 0);
    expect(score(count('an answer', [''])), name).toBe(name === 'ter' ? 100 : 0);
    expect(score(count('', [''])), name).toBe(0);
  }
  for (const name of ROUGE_NAMES) expect(rouge(name, '', [''], { stemmer: true })).toBe(0);
});
