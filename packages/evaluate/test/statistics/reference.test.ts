import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  corpusInterval,
  holm,
  mcnemar,
  pairedCorpus,
  ratioStatistic,
  type CorpusStatistic,
} from '../../src/index.ts';

interface Bounds {
  low: number;
  high: number;
}
/** Recorded by `reference/record.py` from scipy 1.17.1 and statsmodels 0.15.0. */
const recorded = JSON.parse(readFileSync(new URL('./reference/reference.json', import.meta.url), 'utf8')) as {
  mcnemar: { gained: number; lost: number; exact: number; midP: number }[];
  holm: { p: number[]; adjusted: number[] }[];
  bca: {
    losses: number[];
    worse: number[];
    words: number[];
    perplexity: Bounds;
    difference: Bounds;
    ratio: Bounds;
  };
};

test.for(recorded.mcnemar)(
  'McNemar of $gained gained and $lost lost as statsmodels has it',
  ({ gained, lost, exact, midP }) => {
    const ours = mcnemar({ gained, lost });
    expect(ours.exact).toBeCloseTo(exact, 12);
    expect(ours.midP).toBeCloseTo(midP, 12);
  },
);

test.for(recorded.holm)('Holm of $p as statsmodels has it', ({ p, adjusted }) => {
  expect(holm(p).map((value) => Number(value.toFixed(12)))).toEqual(
    adjusted.map((value) => Number(value.toFixed(12))),
  );
});

describe('BCa bounds are, over forty seeds, those that scipy finds with 400,000', () => {
  const { losses, worse, words, ...bounds } = recorded.bca;
  const perplexity = (numerators: number[]): CorpusStatistic =>
    ratioStatistic({
      numerators,
      denominators: words,
      transform: (ratio) => Math.exp(ratio / 2),
    });
  const seeds = Array.from({ length: 40 }, (_, seed) => seed);

  test.for([
    ['perplexity', (seed: number) => corpusInterval(perplexity(losses), seed)],
    ['difference', (seed: number) => pairedCorpus(perplexity(worse), perplexity(losses), seed).difference],
    ['ratio', (seed: number) => pairedCorpus(perplexity(worse), perplexity(losses), seed).ratio],
  ] as const)('%s', ([name, interval]) => {
    const theirs = bounds[name];
    const width = theirs.high - theirs.low;
    const ours = seeds.map(interval);
    for (const bound of ['low', 'high'] as const) {
      const off = ours.map((one) => (one[bound] - theirs[bound]) / width);
      // One seed's Monte Carlo error is up to 9 % of the width, at the long tail; the mean of forty leaves no room for a bias.
      expect(Math.abs(off.reduce((sum, one) => sum + one, 0) / off.length)).toBeLessThan(0.03);
    }
  });
});
