import { conclude } from '@quantloop/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../src/decide/hypervolume.ts';
import { sampleCampaign, sampleTrial } from '../board/sample-board.ts';

describe('hypervolume', () => {
  it('is the area below a staircase, and the volume below boxes', () => {
    expect(hypervolume([])).toBe(0);
    expect(hypervolume([[0.5, 1], [1, 0.5]])).toBeCloseTo(0.75, 12); // prettier-ignore
    expect(hypervolume([[1, 1, 0.5], [0.5, 0.5, 1]])).toBeCloseTo(0.5 + 0.125, 12); // prettier-ignore
  });

  const grid = 8;
  const points = (axes: number) =>
    fc.array(fc.array(fc.integer({ min: 0, max: grid }), { minLength: axes, maxLength: axes }), {
      maxLength: 7,
    });

  it.each([1, 2, 3])('counts the cells of a grid that lie below a point, over %i axes', (axes) => {
    const cells = Array.from({ length: grid ** axes }, (_, i) =>
      Array.from({ length: axes }, (_, axis) => Math.floor(i / grid ** axis) % grid),
    );
    fc.assert(
      fc.property(points(axes), (some) => {
        const below = cells.filter((cell) =>
          some.some((point) => cell.every((at, axis) => at < point[axis]!)),
        );
        const scaled = some.map((point) => point.map((value) => value / grid));
        expect(hypervolume(scaled)).toBeCloseTo(below.length / cells.length, 9);
      }),
    );
  });
});

describe('how the fronts advanced', () => {
  const end = { acts: [], notTried: [], at: 7, ended: 'the rounds are spent' };
  const rows = [
    sampleTrial('baseline'),
    sampleTrial('a', { accuracy: 0.8, bytes: 500 }),
    sampleTrial('b', { accuracy: 0.7, bytes: 200 }),
    sampleTrial('c', { accuracy: 0.88, bytes: 300 }, { round: 2 }),
  ];
  const campaign = sampleCampaign({ front: [['sums.exact_match', 'model.bytes']] });

  it('is the share between the worst and the best that the front of all rounds so far covers', () => {
    const { rounds } = conclude(campaign, { ...end, trials: rows });
    const place = { model: 'tiny', target: 'cpu', axes: ['sums.exact_match', 'model.bytes'] };
    // On accuracy 0.7 to 0.9, on bytes 1000 to 200: the baseline at (1, 0), a at (0.5, 0.625), b at (0, 1), c at (0.9, 0.875).
    expect(rounds).toEqual([
      { ...place, round: 1, trials: 2, hypervolume: expect.closeTo(0.5 * 0.625, 9) as number },
      { ...place, round: 2, trials: 1, hypervolume: expect.closeTo(0.9 * 0.875, 9) as number },
    ]);
  });

  it('never falls from one round to the next', () => {
    const number = fc.double({ min: 0.01, max: 1, noNaN: true });
    const trial = fc.record({ accuracy: number, bytes: number, round: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.array(trial, { maxLength: 12 }), (all) => {
        const trials = all.map(({ round, ...numbers }, i) => sampleTrial(`t${i}`, numbers, { round }));
        const { rounds } = conclude(campaign, { ...end, trials: [sampleTrial('baseline'), ...trials] });
        const volumes = rounds.map(({ hypervolume }) => hypervolume);
        for (const [i, volume] of volumes.entries()) {
          expect(volume).toBeGreaterThanOrEqual((volumes[i - 1] ?? 0) - 1e-12);
          expect(volume).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });
});
