import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGGREGATIONS } from '../../../src/fidelity/metrics/aggregations.ts';
import { bleuCounts } from '../../../src/fidelity/metrics/bleu.ts';
import { bootstrapError } from '../../../src/statistics/bootstrap-error.ts';
import { PythonRandom } from '../../../src/statistics/python-random.ts';
import { meanStandardError } from '../../../src/index.ts';
import type { Recorded } from './recorded.ts';

const recorded = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as Recorded;

test('F1 and Matthews’ correlation are scikit-learn’s, for two labels and for four', () => {
  for (const { gold, predicted, f1, macro, weighted, mcc } of recorded.classification) {
    const of = (name: 'f1' | 'macro_f1_score' | 'weighted_f1_score' | 'matthews_corrcoef') =>
      AGGREGATIONS[name].statistic([gold, predicted]).value();
    if (f1 !== null) expect(of('f1')).toBeCloseTo(f1, 12);
    expect(of('macro_f1_score')).toBeCloseTo(macro, 12);
    expect(of('weighted_f1_score')).toBeCloseTo(weighted, 12);
    expect(of('matthews_corrcoef')).toBeCloseTo(mcc, 12);
  }
});

test('F1 of more than two labels is refused as scikit-learn refuses it, with the way out', () => {
  const { gold, predicted } = recorded.classification[1]!;
  expect(() => AGGREGATIONS.f1.statistic([gold, predicted])).toThrow(/the label 1 of two.*0, 1, 2, 3/);
});

test('labels that never vary correlate with nothing; without a positive one F1 is 0', () => {
  const constant = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  expect(AGGREGATIONS.matthews_corrcoef.statistic(constant).value()).toBe(0);
  expect(AGGREGATIONS.f1.statistic(constant).value()).toBe(0);
});

test('the median of an even number is the upper of the two in the middle', () => {
  expect(AGGREGATIONS.median.statistic([[4, 1, 3, 2]]).value()).toBe(3);
  expect(AGGREGATIONS.median.statistic([[5, 1, 3]]).value()).toBe(3);
});

/** Labels are 0 and 1; a number of words is at least 1. */
const columnsFor = (name: string) => (rows: [number, number][]) => [
  rows.map(([a]) => a),
  rows.map(([, b]) => b + (name === 'weighted_perplexity' ? 1 : 0)),
];
const pair = fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 1 }));
const drawn = fc
  .array(fc.tuple(pair, fc.nat(4)), { minLength: 1, maxLength: 30 })
  .filter((list) => list.some(([, times]) => times > 0));

test('a resample’s statistic is that of the documents written out as often as they were drawn', () => {
  const names = [
    'f1',
    'macro_f1_score',
    'weighted_f1_score',
    'matthews_corrcoef',
    'weighted_perplexity',
  ] as const;
  fc.assert(
    fc.property(drawn, fc.constantFrom(...names), (list, name) => {
      const columns = columnsFor(name);
      const counts = Uint32Array.from(list, ([, times]) => times);
      const written = list.flatMap(([row, times]) => Array.from({ length: times }, () => row));
      const direct = AGGREGATIONS[name].statistic(columns(written)).value();
      expect(AGGREGATIONS[name].statistic(columns(list.map(([row]) => row))).value(counts)).toBeCloseTo(
        direct,
        12,
      );
    }),
  );
});

test('leaving a document out is the statistic of the others', () => {
  const names = ['f1', 'weighted_f1_score', 'matthews_corrcoef', 'weighted_perplexity', 'median'] as const;
  const rows = fc.array(pair, { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(rows, fc.constantFrom(...names), (list, name) => {
      const columns = columnsFor(name);
      const left = AGGREGATIONS[name].statistic(columns(list)).leaveOneOut();
      list.forEach((_, i) => {
        const others = AGGREGATIONS[name].statistic(columns(list.filter((_, j) => j !== i)));
        expect(left[i]).toBeCloseTo(others.value(), 12);
      });
    }),
  );
});

describe('standard errors', () => {
  test('Python’s random numbers, bit for bit', () => {
    for (const [seed, [first, bits]] of Object.entries(recorded.random)) {
      expect(new PythonRandom(Number(seed)).random()).toBe(first);
      expect(new PythonRandom(Number(seed)).bits(5)).toBe(bits);
    }
  });

  test('are those of lm-eval’s bootstrap, resample for resample', () => {
    const { gold, predicted } = recorded.classification[0]!;
    const f1 = AGGREGATIONS.f1.statistic([gold, predicted]);
    expect(bootstrapError(f1, 2000)).toBeCloseTo(recorded.bootstrap.f1, 9);
    const counts = recorded.segments
      .filter(({ references }) => references.length === 1)
      .map(({ answer, references }) => bleuCounts(answer, references));
    const columns = counts[0]!.map((_, i) => counts.map((row) => row[i]!));
    expect(bootstrapError(AGGREGATIONS.bleu.statistic(columns), 100)).toBeCloseTo(recorded.bootstrap.bleu, 9);
  });

  test('of a mean agree with s/√n but for the factor √((n − 1)/n) that a bootstrap misses', () => {
    const values = Array.from({ length: 50 }, (_, i) => Math.sin(i * i));
    const bootstrapped = bootstrapError(AGGREGATIONS.mean.statistic([values]), 10_000)!;
    expect(bootstrapped / (meanStandardError(values) * Math.sqrt(49 / 50))).toBeCloseTo(1, 1);
  });

  test('of one document are unknown', () => {
    expect(bootstrapError(AGGREGATIONS.mean.statistic([[1]]), 100)).toBeUndefined();
  });
});
