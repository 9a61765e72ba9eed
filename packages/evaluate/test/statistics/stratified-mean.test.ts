import { expect, test } from 'vitest';
import { groupMean, stratifiedComparison, stratifiedMean } from '../../src/statistics/stratified-mean.ts';

const STRATA = [
  [1, 0, 1, 1, 0],
  [0, 1, 0],
  [1, 1, 0, 0, 0, 0, 1, 0],
];

// aggregate_subtask_metrics, pooled_sample_stderr and unweighted_mean_stderr of lm_eval.api.metrics 0.4.13.
test.for([
  [true, 0.4375, 0.1341222653077484],
  [false, 0.4361111111111111, 0.15077328600999065],
] as const)('weighted by size %s: %d ± %d, as lm-eval has it', ([weighted, value, standardError]) => {
  const mean = groupMean(STRATA, weighted);
  expect(mean.value).toBeCloseTo(value, 14);
  expect(mean.standardError).toBeCloseTo(standardError, 14);
});

test('bounds are 1.96 errors away, within what a share can be', () => {
  const { value, low, high, standardError } = stratifiedMean(STRATA, true);
  expect([value - low, high - value]).toEqual(
    [1.959963984540054 * standardError, 1.959963984540054 * standardError].map(
      (half) => expect.closeTo(half, 12) as number,
    ),
  );
  expect(
    stratifiedMean(
      [
        [1, 1, 1, 1, 0],
        [1, 1],
      ],
      false,
    ).high,
  ).toBe(1);
});

test('where all are right the interval keeps a width', () => {
  const { low, high } = stratifiedMean([[1, 1], [1]], true);
  expect(high).toBe(1);
  expect(low).toBeLessThan(0.9);
});

test('a difference between tasks is no difference between models', () => {
  const better = STRATA.map((values) => values.map((value, i) => (i === 0 ? 1 : value)));
  for (const weighted of [true, false]) {
    const { difference, ratio, pairs } = stratifiedComparison(better, STRATA, weighted);
    const gain = groupMean(better, weighted).value - groupMean(STRATA, weighted).value;
    expect(difference.value).toBeCloseTo(gain, 12);
    expect(ratio.value).toBeCloseTo(
      groupMean(better, weighted).value / groupMean(STRATA, weighted).value,
      12,
    );
    expect(difference.low).toBeLessThan(gain);
    expect(pairs).toBe(16);
    // Paired: far narrower than the two means are by themselves.
    expect(difference.high - difference.low).toBeLessThan(4 * groupMean(STRATA, weighted).standardError);
  }
});

test('against a baseline that has nothing right the ratio is unbounded', () => {
  const none = STRATA.map((values) => values.map(() => 0));
  expect(stratifiedComparison(STRATA, none, false).ratio).toMatchObject({ low: 0, high: Number.MAX_VALUE });
});
