import { decide, frontsOf, type Axis, type Metrics, type Trial } from '@quantloop/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleCampaign, sampleTrial } from '../board/sample-board.ts';

const SPEED: Axis = { metric: 'speedup', higherIsBetter: true };
const ACCURACY: Axis = { metric: 'accuracy', higherIsBetter: true };
const BYTES: Axis = { metric: 'bytes', higherIsBetter: false };

type Point = Pick<Trial, 'id' | 'recipe' | 'metrics'>;

/** A trial by its values, each with the half width of its interval. */
function point(id: string, numbers: Record<string, [value: number, noise: number]>): Point {
  const metrics = Object.entries(numbers).map(([metric, [value, noise]]) => [
    metric,
    {
      value,
      unit: '',
      low: value - noise,
      high: value + noise,
      n: 1,
      higherIsBetter: metric !== 'bytes',
      convention: 'test',
    },
  ]);
  return { id, recipe: sampleTrial(id).recipe, metrics: Object.fromEntries(metrics) as Metrics };
}

const ids = (points: readonly Point[]) => points.map(({ id }) => id);

describe('the worked example of five strategies', () => {
  const strategies = (
    [
      ['FP16', 1.0, 85.0],
      ['INT8 PTQ', 2.5, 83.5],
      ['INT4 GPTQ', 4.2, 81.0],
      ['INT8 QAT', 2.4, 84.8],
      ['INT4 QAT', 4.0, 83.0],
    ] as const
  ).map(([id, speedup, accuracy]) =>
    point(id, { speedup: [speedup, speedup * 0.025], accuracy: [accuracy, 0] }),
  );

  test('strictly, nothing is dominated', () => {
    expect(ids(frontsOf(strategies).strict([SPEED, ACCURACY]))).toEqual(ids(strategies));
  });

  test('where a difference of 5 % in speed counts as none, three are left', () => {
    expect(ids(frontsOf(strategies).withinNoise([SPEED, ACCURACY]))).toEqual([
      'FP16',
      'INT8 QAT',
      'INT4 QAT',
    ]);
  });
});

describe('laws', () => {
  const number = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 3 }));
  const points = fc
    .array(fc.record({ speedup: number, accuracy: number, bytes: number }), { maxLength: 24 })
    .map((all) => all.map((numbers, i) => point(`t${i}`, numbers)));
  const fronts = fc.constantFrom<Axis[]>([SPEED, ACCURACY], [SPEED, BYTES], [SPEED, ACCURACY, BYTES]);

  /** By the definition: above by more than both intervals. */
  const above = (a: Point, b: Point, { metric, higherIsBetter }: Axis, noise: boolean) => {
    const [x, y] = [a.metrics[metric]!, b.metrics[metric]!];
    if (!noise) return higherIsBetter ? x.value > y.value : x.value < y.value;
    return higherIsBetter ? x.low > y.high : x.high < y.low;
  };
  const dominates = (a: Point, b: Point, axes: Axis[], noise: boolean) =>
    axes.some((axis) => above(a, b, axis, noise)) && !axes.some((axis) => above(b, a, axis, noise));

  test.each([
    ['strict', false],
    ['withinNoise', true],
  ] as const)('%s: the front holds what no other dominates, and leaves out the rest', (front, noise) => {
    fc.assert(
      fc.property(points, fronts, (board, axes) => {
        const expected = board.filter((one) => !board.some((other) => dominates(other, one, axes, noise)));
        expect(ids(frontsOf(board)[front](axes))).toEqual(ids(expected));
      }),
    );
  });

  test('over two axes something is always left within the noise', () => {
    fc.assert(
      fc.property(points, (board) => {
        fc.pre(board.length > 0);
        expect(frontsOf(board).withinNoise([SPEED, ACCURACY])).not.toEqual([]);
      }),
    );
  });

  test('the order of the trials does not change who is on it', () => {
    const shuffled = points.chain((board) =>
      fc.tuple(fc.constant(board), fc.shuffledSubarray(board, { minLength: board.length })),
    );
    fc.assert(
      fc.property(shuffled, fronts, ([board, other], axes) => {
        for (const front of ['strict', 'withinNoise'] as const) {
          const of = (some: Point[]) => ids(frontsOf(some)[front](axes)).sort();
          expect(of(other)).toEqual(of(board));
        }
      }),
    );
  });
});

describe('of a campaign', () => {
  const trials = [
    sampleTrial('baseline'),
    sampleTrial('a', { tpot: 0.005, accuracy: 0.88, bytes: 500 }),
    sampleTrial('b', { tpot: 0.0049, accuracy: 0.86, bytes: 400 }),
  ];

  test('both fronts are given: strictly b is ahead of a in speed, within the noise a beats it', () => {
    const [speed] = decide(sampleCampaign(), trials).front;
    expect(speed!.strict).toEqual(['tiny.cpu.a', 'tiny.cpu.b', 'tiny.cpu.baseline']);
    expect(speed!.withinNoise).toEqual(['tiny.cpu.a', 'tiny.cpu.baseline']);
  });

  test('axes that the campaign names take the place of the pairs; speed is drawn for each scenario', () => {
    const front = [['sums.exact_match', 'speed', 'model.bytes']];
    const drawn = decide(sampleCampaign({ front }), trials).front;
    expect(drawn.map(({ axes }) => axes)).toEqual([
      ['sums.exact_match', 'single-stream.tpot.p50', 'model.bytes'],
      ['sums.exact_match', 'offline.tokens_per_second', 'model.bytes'],
    ]);
    expect(drawn[0]!.withinNoise).toContain('tiny.cpu.b');
  });
});
