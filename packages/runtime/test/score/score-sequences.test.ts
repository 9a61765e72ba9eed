import { openSession, scoreSequences, type DecoderSession, type ScoredSequence } from '../../src/index.ts';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { branchTexts } from '../../src/score/branch-texts.ts';
import { mergePrefixes } from '../../src/score/merge-prefixes.ts';
import {
  TINY,
  tinyDecoder,
  tinyFolder,
  tinyReference,
  tinyWeights,
  type TinyWeights,
} from '../tiny-decoder.ts';

const weights = tinyWeights(3);

async function open(
  of: TinyWeights = weights,
  scoring = true,
  context: number = TINY.context,
): Promise<DecoderSession> {
  const folder = await tinyFolder(tinyDecoder(of, { context }));
  const engine = { kind: 'onnxruntime', provider: 'cpu', threads: 1 } as const;
  const session = await openSession({ folder, engine, scoring });
  onTestFinished(() => session.release());
  return session;
}

function reference({ tokens, from }: ScoredSequence): { logProbabilities: number[]; greedy: boolean } {
  const list = Array.from(tokens);
  const rows = tinyReference(weights, list.slice(0, -1));
  const logProbabilities: number[] = [];
  let greedy = true;
  for (let i = from; i < list.length; i++) {
    const logits = rows[i - 1]!;
    const top = Math.max(...logits);
    const norm = top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
    logProbabilities.push(logits[list[i]!]! - norm);
    greedy &&= logits.indexOf(top) === list[i];
  }
  return { logProbabilities, greedy };
}

test.for([
  [true, 'opened for scoring'],
  [false, 'as it is'],
] as const)(
  'scores equal the softmax over the whole vocabulary, whatever is batched and merged (%s: %s)',
  async ([scoring]) => {
    const session = await open(weights, scoring);
    const token = fc.nat(TINY.vocabulary - 1);
    const sequence = fc
      .array(token, { minLength: 2, maxLength: 12 })
      .chain((tokens) =>
        fc.record({ tokens: fc.constant(tokens), from: fc.integer({ min: 1, max: tokens.length - 1 }) }),
      );
    // Extensions and copies of other sequences are what merging is about.
    const sequences = fc
      .array(sequence, { minLength: 1, maxLength: 6 })
      .chain((base) =>
        fc
          .array(fc.tuple(fc.constantFrom(...base), fc.array(token, { maxLength: 3 })), { maxLength: 4 })
          .map((more) => [
            ...base,
            ...more.map(([one, tail]) => ({ ...one, tokens: [...one.tokens, ...tail] })),
          ]),
      );
    await fc.assert(
      fc.asyncProperty(sequences, fc.constantFrom(8, 40, 4096), async (list, tokensPerBatch) => {
        const scores = await scoreSequences({ session, sequences: list, tokensPerBatch });
        expect(scores.length).toBe(list.length);
        list.forEach((one, i) => {
          const expected = reference(one);
          expect(scores[i]!.greedy).toBe(expected.greedy);
          expect(scores[i]!.logProbabilities.length).toBe(expected.logProbabilities.length);
          expected.logProbabilities.forEach((value, j) =>
            expect(scores[i]!.logProbabilities[j]!).toBeCloseTo(value, 4),
          );
        });
      }),
      { numRuns: 40 },
    );
  },
);

// With a context of 4096, scores of attention are too many to be held at once.
test.for([
  [true, TINY.context],
  [true, 4096],
  [false, TINY.context],
] as const)(
  'choices after one long question score as if each were alone (for scoring: %s, context: %i)',
  async ([scoring, context]) => {
    const session = await open(weights, scoring, context);
    const question = Array.from({ length: 40 }, (_, i) => (i * 7 + 3) % TINY.vocabulary);
    const choices = [[1], [1, 2, 3], [1, 2, 5, 6], [9, 9], [4, 8, 15, 16, 2]];
    const sequences = [
      ...choices.map((choice) => ({ tokens: [...question, ...choice], from: question.length })),
      // Scored from within the common part.
      { tokens: [...question, 1, 2, 4], from: 5 },
      { tokens: question.slice(0, 20), from: 1 },
    ];
    const scores = await scoreSequences({ session, sequences });
    sequences.forEach((one, i) => {
      const expected = reference(one);
      expect(scores[i]!.greedy).toBe(expected.greedy);
      expect(scores[i]!.logProbabilities.length).toBe(expected.logProbabilities.length);
      expected.logProbabilities.forEach((value, j) =>
        expect(scores[i]!.logProbabilities[j]!).toBeCloseTo(value, 4),
      );
    });
  },
);

test('a row with more to score than a batch goes on from its own cache', async () => {
  const session = await open();
  const tokens = range(40).map((i) => (i * 5 + 1) % TINY.vocabulary);
  const sequences = [
    { tokens, from: 1 },
    { tokens: [...tokens.slice(0, 30), 2, 2, 2, 2, 2], from: 12 },
  ];
  const scores = await scoreSequences({ session, sequences, tokensPerBatch: 9 });
  sequences.forEach((one, i) => {
    const expected = reference(one);
    expect(scores[i]!.greedy).toBe(expected.greedy);
    expected.logProbabilities.forEach((value, j) =>
      expect(scores[i]!.logProbabilities[j]!).toBeCloseTo(value, 4),
    );
  });
});

test('what begins alike shares a row where that saves more than it costs, within the limit', () => {
  const beginning = range(40);
  const row = (inputs: number[][], limit = 512) =>
    branchTexts(mergePrefixes(inputs), limit).map(({ tokens, inputs: texts }) => [
      tokens.length,
      texts.length,
    ]);
  const choices = [1, 2, 3].map((choice) => [...beginning, 50 + choice, 60]);
  expect(row(choices)).toEqual([[46, 3]]);
  expect(row(choices, 44)).toEqual([
    [44, 2],
    [42, 1],
  ]);
  expect(row(choices, 0)).toEqual([
    [42, 1],
    [42, 1],
    [42, 1],
  ]);
  // Seven tokens in common, and long remainders behind them.
  const strangers = [1, 2].map((one) => [...range(7), ...range(60).map((i) => i + 10 * one)]);
  expect(row(strangers)).toEqual([
    [67, 1],
    [67, 1],
  ]);
});

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

test('a model that yields NaN is reported with sequence and position', async () => {
  const broken = tinyWeights(3);
  broken.embedding.data.fill(Number.NaN, 5 * TINY.hidden, 6 * TINY.hidden);
  const session = await open(broken);
  const scoring = scoreSequences({
    session,
    sequences: [
      { tokens: [1, 2, 3, 4], from: 1, label: 'document 0' },
      { tokens: [1, 5, 3, 4], from: 1, label: 'document 1' },
    ],
  });
  await expect(scoring).rejects.toMatchObject({
    code: 'non-finite',
    message: expect.stringMatching(/^the log-probability of token \d of document 1 is NaN$/) as string,
  });
});

test('an aborted signal ends the scoring between batches', async () => {
  const session = await open();
  const abort = new AbortController();
  const scoring = scoreSequences({
    session,
    sequences: [1, 2, 3].map((tail) => ({ tokens: [tail, 1, 2, 3], from: 1 })),
    tokensPerBatch: 1,
    signal: abort.signal,
    onProgress: () => abort.abort(new Error('enough')),
  });
  await expect(scoring).rejects.toThrow('enough');
});

test('a sequence with nothing to score is refused', async () => {
  const session = await open();
  await expect(scoreSequences({ session, sequences: [{ tokens: [1], from: 1 }] })).rejects.toThrow(
    /nothing to score/,
  );
});
