import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blocksOf } from '../../src/performance/blocks.ts';
import { compareTrimmed } from '../../src/performance/trimmed-interval.ts';
import { quiet } from './synthetic-engine.ts';

const disturbed = { ...quiet, foreignShare: 0.6, idleShare: 0.01 };
const times = fc.array(
  fc.tuple(fc.double({ min: 0.01, max: 3, noNaN: true }), fc.double({ min: 0.01, max: 3, noNaN: true })),
  {
    minLength: 1,
    maxLength: 60,
  },
);
const samplesOf = (pairs: readonly (readonly [number, number])[]) =>
  pairs.flatMap(([baseline, candidate], pair) => [
    { pair, side: 'baseline' as const, seconds: baseline },
    { pair, side: 'candidate' as const, seconds: candidate },
  ]);

test('every pair is in one block, in order, and on a disturbed machine blocks last a second where two of them do', () => {
  fc.assert(
    fc.property(times, (pairs) => {
      for (const state of [quiet, disturbed]) {
        const blocks = blocksOf(samplesOf(pairs), state);
        for (const side of ['baseline', 'candidate'] as const) {
          expect(blocks.flatMap((block) => block[side].map(({ pair }) => pair))).toEqual(
            pairs.map((_, i) => i),
          );
        }
        const seconds = blocks.map(({ baseline, candidate }) =>
          [...baseline, ...candidate].reduce((sum, sample) => sum + sample.seconds, 0),
        );
        if (state === quiet) expect(blocks).toHaveLength(pairs.length);
        else if (blocks.length < pairs.length) expect(Math.min(...seconds)).toBeGreaterThanOrEqual(1);
      }
    }),
  );
});

test('under other work that comes and goes the interval of blocks covers the true ratio where that of pairs does not', () => {
  let state = 4711;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const covers = { pairs: 0, blocks: 0 };
  const experiments = 200;
  for (let i = 0; i < experiments; i++) {
    // For a second or so at a time one of the models is hit, by up to a factor of two and a half.
    let [left, hit] = [0, 1];
    const pairs = Array.from({ length: 80 }, () => {
      if (left <= 0) [left, hit] = [0.5 + uniform(), Math.exp(1.8 * (uniform() - 0.5))];
      const pair = [0.1, 0.05 * hit] as const;
      left -= pair[0] + pair[1];
      return pair;
    });
    const blocks = blocksOf(samplesOf(pairs), disturbed);
    const middle = (side: 'baseline' | 'candidate', cut: typeof blocks) =>
      cut.map(
        (block) => block[side].map(({ seconds }) => seconds).sort((a, b) => a - b)[block[side].length >> 1]!,
      );
    for (const [kind, cut] of Object.entries({ pairs: blocksOf(samplesOf(pairs), quiet), blocks })) {
      const { ratio } = compareTrimmed(middle('candidate', cut), middle('baseline', cut));
      if (ratio.low <= 0.5 && ratio.high >= 0.5) covers[kind as keyof typeof covers]++;
    }
  }
  expect(covers.blocks / experiments).toBeGreaterThan(0.85);
  expect(covers.pairs / experiments).toBeLessThan(0.75);
});
