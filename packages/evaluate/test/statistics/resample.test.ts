import { expect, test } from 'vitest';
import { resample } from '../../src/statistics/resample.ts';

test('already the first resample of neighbouring seeds is random', () => {
  const seeds = 1000;
  const timesDrawn = [0, 0, 0];
  for (let seed = 0; seed < seeds; seed++) {
    resample({ n: 2, seed, replicates: 1, visit: ([first]) => timesDrawn[first!]!++ });
  }
  // Two draws of two items: the first item 0, 1 or 2 times. ± 0.08 is five standard deviations and more.
  timesDrawn.forEach((count, times) => {
    expect(Math.abs(count / seeds - [0.25, 0.5, 0.25][times]!)).toBeLessThan(0.08);
  });
});
