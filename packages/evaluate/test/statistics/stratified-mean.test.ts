import { expect, test } from 'vitest';
import { groupMean, stratifiedComparison, stratifiedMean } from '../../src/statistics/stratified-mean.ts';

const SIZES = [5, 3, 8];
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
  const mean = groupMean(STRATA, weighted ? SIZES : undefined);
  expect(mean.value).toBeCloseTo(value, 14);
  expect(mean.standardError).toBeCloseTo(standardError, 14);
});

test('bounds are 1.96 errors away, within what a share can be', () => {
  const { value, low, high, standardError } = stratifiedMean(STRATA, SIZES);
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
      undefined,
    ).high,
  ).toBe(1);
});

test('where all are right the interval keeps a width', () => {
  const { low, high } = stratifiedMean([[1, 1], [1]], [2, 1]);
  expect(high).toBe(1);
  expect(low).toBeLessThan(0.9);
});

test('a difference between tasks is no difference between models', () => {
  const better = STRATA.map((values) => values.map((value, i) => (i === 0 ? 1 : value)));
  for (const sizes of [SIZES, undefined]) {
    const { difference, ratio, pairs } = stratifiedComparison(better, STRATA, sizes);
    const gain = groupMean(better, sizes).value - groupMean(STRATA, sizes).value;
    expect(difference.value).toBeCloseTo(gain, 12);
    expect(ratio.value).toBeCloseTo(groupMean(better, sizes).value / groupMean(STRATA, sizes).value, 12);
    expect(difference.low).toBeLessThan(gain);
    expect(pairs).toBe(16);
    // Paired: far narrower than the two means are by themselves.
    expect(difference.high - difference.low).toBeLessThan(4 * groupMean(STRATA, sizes).standardError);
  }
});

test('against a baseline that has nothing right the ratio is unbounded', () => {
  const none = STRATA.map((values) => values.map(() => 0));
  expect(stratifiedComparison(STRATA, none, undefined).ratio).toMatchObject({
    low: 0,
    high: Number.MAX_VALUE,
  });
});

test('a task of which a larger share was asked weighs by its size all the same', () => {
  const all = [[1, 0, 1, 1, 0, 1, 1, 0, 1, 1], STRATA[1]!];
  const half = [all[0]!.slice(0, 5), all[1]!];
  const { value, standardError } = groupMean(half, [10, 3]);
  expect(value).toBeCloseTo((10 * 0.6 + 3 * (1 / 3)) / 13, 14);
  // By hand: deviations 4·0.3 + 2·(1/3) over 6 degrees of freedom, and Σwᵢ²/nᵢ.
  const pooled = (4 * 0.3 + 2 * (1 / 3)) / 6;
  expect(standardError).toBeCloseTo(Math.sqrt(pooled * ((10 / 13) ** 2 / 5 + (3 / 13) ** 2 / 3)), 14);
  const none = half.map((values) => values.map(() => 0));
  const { difference, test } = stratifiedComparison(half, none, [10, 3]);
  expect(difference.value).toBeCloseTo(value, 14);
  expect(test).toBe('stratified-z');
  expect(stratifiedComparison(half, none, [5, 3]).test).toBe('mcnemar');
});
