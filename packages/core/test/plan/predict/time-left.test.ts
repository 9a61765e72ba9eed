import { jobTimeLeft, timeLeft, type TrialProgress } from '@quantloop/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const took = (seconds: number, cached = false) => ({ seconds, cached, attempts: 1, resumedBlocks: 0 });
const trial = (id: string, more: Partial<TrialProgress> = {}): TrialProgress => ({
  ...{ id, label: id, model: 'm', target: 't', round: 1, status: 'waiting', workflowId: id },
  ...more,
});
const measured = (id: string, [quantize, fidelity, performance]: [number, number, number]) =>
  trial(id, {
    status: 'measured',
    stages: { quantize: took(quantize), fidelity: took(fidelity), performance: took(performance) },
  });

const seconds = fc.double({ min: 0.01, max: 1e5, noNaN: true });
const three = fc.tuple(seconds, seconds, seconds);

describe('the time that a campaign still takes', () => {
  it('is none where nothing is open, and that of one trial for each that waits', () => {
    fc.assert(
      fc.property(three, fc.nat(20), (each, waiting) => {
        const open = Array.from({ length: waiting }, (_, i) => trial(`w${i}`));
        const left = timeLeft({ trials: [measured('a', each), measured('b', each), ...open] });
        expect(left.unknown).toBe(0);
        expect(left.seconds).toBeCloseTo(waiting * (each[0] + each[1] + each[2]), 3);
      }),
    );
  });

  it('shrinks as a job goes on, and is as long as the busiest target', () => {
    fc.assert(
      fc.property(three, fc.double({ min: 0.01, max: 0.49, noNaN: true }), (each, fraction) => {
        const running = trial('r', { status: 'running' });
        const at = (part: number) =>
          timeLeft({
            trials: [measured('a', each), running, trial('other', { target: 'u' })],
            active: new Map([['r', { stage: 'evaluateFidelity', seconds: each[1] * part, fraction: part }]]),
          });
        expect(at(fraction * 2).seconds).toBeLessThanOrEqual(at(fraction).seconds);
        expect(at(fraction).seconds).toBeCloseTo(each[1] * (1 - fraction) + each[2], 3);
        // Nothing was measured on the other target yet.
        expect(at(fraction).unknown).toBe(1);
      }),
    );
  });

  it('goes by earlier campaigns where this one has measured nothing, and not by what came from the store', () => {
    const recalled = measured('a', [1, 1, 1]);
    for (const stage of Object.values(recalled.stages!)) stage.cached = true;
    const trials = [recalled, trial('w')];
    expect(timeLeft({ trials })).toEqual({ seconds: 0, unknown: 1 });
    const earlier = (['quantizeModel', 'evaluateFidelity', 'evaluatePerformance'] as const).map((stage) => ({
      ...{ stage, model: 'm', seconds: 7 },
    }));
    expect(timeLeft({ trials, earlier })).toEqual({ seconds: 21, unknown: 0 });
    expect(timeLeft({ trials: [trial('b', { label: 'baseline' })], earlier })).toEqual({
      seconds: 14,
      unknown: 0,
    });
  });

  it('of a job is not known before it has said how far it is', () => {
    expect(jobTimeLeft({ stage: 's', seconds: 5 })).toBeUndefined();
    expect(jobTimeLeft({ stage: 's', seconds: 5, fraction: 0.25 })).toBe(15);
    expect(jobTimeLeft({ stage: 's', seconds: 5, fraction: 1 })).toBe(0);
  });
});
