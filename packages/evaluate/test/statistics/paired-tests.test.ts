import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  corpusInterval,
  holm,
  mcnemar,
  meanOfEstimates,
  pairedCorpus,
  ratioStatistic,
  pairedProportions,
} from '../../src/index.ts';

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });

/** Uniform numbers in (0, 1), the same at every run. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** Skewed as losses of documents are: log-normal. */
function logNormal(random: () => number): number {
  return Math.exp(0.7 * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()));
}

test('Holm never lowers a p-value, never exceeds Bonferroni, keeps their order and does not mind the order given', () => {
  fc.assert(
    fc.property(pValues, (list) => {
      const adjusted = holm(list);
      adjusted.forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(list[i]!);
        expect(value).toBeLessThanOrEqual(Math.min(1, list.length * list[i]! + 1e-15));
        list.forEach((other, j) => {
          if (other < list[i]!) expect(adjusted[j]!).toBeLessThanOrEqual(value);
        });
      });
      expect(holm(list.toReversed())).toEqual(adjusted.toReversed());
    }),
  );
});

test('McNemar: a probability, the same for both sides, and mid-p below the exact one', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), (gained, lost) => {
      const { exact, midP } = mcnemar({ gained, lost });
      expect(mcnemar({ gained: lost, lost: gained })).toEqual({ exact, midP });
      expect(midP).toBeGreaterThan(0);
      expect(midP).toBeLessThanOrEqual(exact);
      expect(exact).toBeLessThanOrEqual(1);
    }),
  );
});

test('of equal models McNemar finds a difference in at most 6 % of 2000 comparisons', () => {
  const random = uniform(3);
  let found = 0;
  for (let round = 0; round < 2000; round++) {
    const flip = () => Array.from({ length: 80 }, () => (random() < 0.7 ? 1 : 0));
    if (pairedProportions(flip(), flip()).pValue! < 0.05) found += 1;
  }
  expect(found / 2000).toBeGreaterThan(0.03);
  expect(found / 2000).toBeLessThan(0.06);
});

test('the p-value of a paired bootstrap and its interval agree on whether there is a difference', () => {
  const random = uniform(11);
  for (let round = 0; round < 60; round++) {
    const baseline = Array.from({ length: 25 }, () => logNormal(random));
    const candidate = baseline.map((value) => value * (1 + 0.1 * (random() - 0.4)));
    const statistic = (numerators: number[]) => ratioStatistic({ numerators });
    const { difference, pValue } = pairedCorpus(statistic(candidate), statistic(baseline), round);
    const outside = difference.low > 0 || difference.high < 0;
    // At the very bound the two quantiles are read a replicate apart.
    if (Math.abs(pValue! - 0.05) > 0.003) expect(pValue! < 0.05).toBe(outside);
  }
});

test('BCa bounds of a mean of 40 log-normal losses hold the truth in 90 to 97 % of 500 samples', () => {
  const random = uniform(29);
  const truth = Math.exp(0.7 ** 2 / 2);
  let held = 0;
  for (let round = 0; round < 500; round++) {
    const numerators = Array.from({ length: 40 }, () => logNormal(random));
    const { low, high } = corpusInterval(ratioStatistic({ numerators }), round);
    if (low <= truth && truth <= high) held += 1;
  }
  expect(held / 500).toBeGreaterThan(0.9);
  expect(held / 500).toBeLessThan(0.97);
});

test('the mean of estimates: as sure as independent normal ones are, and lopsided as its parts', () => {
  const four = Array.from({ length: 4 }, () => ({ value: 0.9, low: 0.8, high: 1 }));
  const { value, low, high } = meanOfEstimates(four);
  expect(value).toBeCloseTo(0.9, 12);
  expect(low).toBeCloseTo(0.85, 12);
  expect(high).toBeCloseTo(0.95, 12);
  const lopsided = meanOfEstimates([
    { value: 1, low: 1, high: 1 },
    { value: 2, low: 1.9, high: Number.MAX_VALUE },
  ]);
  expect(lopsided.low).toBeCloseTo(1.45, 12);
  expect(lopsided.high).toBe(Number.MAX_VALUE / 2);
});
