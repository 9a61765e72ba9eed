import fc from 'fast-check';
import { expect, test } from 'vitest';
import { corpusInterval, pairedCorpus, ratioStatistic, type CorpusStatistic } from '../../src/index.ts';

const perplexity = (rows: readonly (readonly [number, number])[]): CorpusStatistic =>
  ratioStatistic({
    numerators: rows.map(([loglikelihood]) => loglikelihood),
    denominators: rows.map(([, words]) => words),
    transform: (ratio) => Math.exp(-ratio),
  });
const rows = fc.array(
  fc.tuple(fc.double({ min: -200, max: -1, noNaN: true }), fc.integer({ min: 1, max: 80 })),
  {
    minLength: 2,
    maxLength: 30,
  },
);

test('the statistic is a ratio of sums, not a mean of ratios', () => {
  const { value } = corpusInterval(
    perplexity([
      [-10, 10],
      [-2, 100],
    ]),
    0,
  );
  expect(value).toBeCloseTo(Math.exp(12 / 110), 12);
});

test('equal seeds give equal bounds, which hold the value', () => {
  fc.assert(
    fc.property(rows, fc.nat(1000), (list, seed) => {
      const interval = corpusInterval(perplexity(list), seed);
      expect(corpusInterval(perplexity(list), seed)).toEqual(interval);
      expect(interval.low).toBeLessThanOrEqual(interval.value);
      expect(interval.high).toBeGreaterThanOrEqual(interval.value);
    }),
    { numRuns: 25 },
  );
});

test('a model compared with itself differs by exactly nothing, and a constant factor is found without width', () => {
  fc.assert(
    fc.property(rows, (list) => {
      const same = pairedCorpus(perplexity(list), perplexity(list), 3);
      expect(same.difference).toEqual({ value: 0, low: 0, high: 0 });
      expect(same.ratio).toEqual({ value: 1, low: 1, high: 1 });
      // A loss of 0.1 nats on every word is a factor e^0.1, however the documents are drawn.
      const worse = pairedCorpus(
        perplexity(list.map(([ll, words]) => [ll - 0.1 * words, words])),
        perplexity(list),
        3,
      );
      expect(worse.ratio.low).toBeCloseTo(Math.exp(0.1), 9);
      expect(worse.ratio.high).toBeCloseTo(Math.exp(0.1), 9);
    }),
    { numRuns: 25 },
  );
});

test('one document has no width', () => {
  const { low, high, value } = corpusInterval(perplexity([[-5, 4]]), 1);
  expect([low, high]).toEqual([value, value]);
});

test('the bootstrap of a mean agrees with its standard error', () => {
  const numerators = Array.from({ length: 400 }, (_, i) => Math.sin(i * i));
  const { low, high, value } = corpusInterval(ratioStatistic({ numerators }), 11);
  const deviation = Math.sqrt(numerators.reduce((sum, x) => sum + (x - value) ** 2, 0) / 399 / 400);
  expect((high - low) / (2 * 1.96 * deviation)).toBeGreaterThan(0.9);
  expect((high - low) / (2 * 1.96 * deviation)).toBeLessThan(1.1);
});

test('different numbers of documents cannot be paired', () => {
  expect(() =>
    pairedCorpus(
      perplexity([[-1, 1]]),
      perplexity([
        [-1, 1],
        [-1, 1],
      ]),
      0,
    ),
  ).toThrow(RangeError);
});
