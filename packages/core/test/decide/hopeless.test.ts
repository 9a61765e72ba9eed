import { describe, expect, it } from 'vitest';
import { hopeless, type Requirement, type Rival, type Trial } from '@quantloop/core';
import { sampleCampaign, sampleTrial } from '../board/sample-board.ts';

const drop = (limit: number): Requirement => ({
  metric: 'sums.exact_match',
  maxDrop: { value: limit, relative: false },
});
const speedup: Requirement = {
  metric: 'single-stream.tpot.p50',
  minSpeedup: { value: 1.5, relative: false },
};
const small: Requirement = { metric: 'model.bytes', max: { value: 500, relative: false } };
const baseline = sampleTrial('baseline').metrics;
const early = {
  look: 1,
  looks: 4,
  share: 0.125,
  repetitions: 1,
  alpha: { documents: 0.01, repetitions: 0.01 },
};
const reason = (requirements: Requirement, trial: Trial) =>
  hopeless({ campaign: sampleCampaign({ requirements }), trial, baseline });

/** As it stands after the stage that measures only this. */
const only = (trial: Trial, metric: string): Trial => ({
  ...trial,
  metrics: { [metric]: trial.metrics[metric]! },
});

describe('a trial in the middle of its measurement', () => {
  it('is hopeless as soon as its size is too large, with the numbers', () => {
    const large = only(sampleTrial('large', { bytes: 600 }), 'model.bytes');
    expect(reason({ all: [drop(0.02), small] }, large)).toMatchInlineSnapshot(
      `"it cannot meet the requirements: model.bytes (at most 500 B) is 600 B"`,
    );
  });

  it('may still hold by what is not measured', () => {
    const large = only(sampleTrial('large', { bytes: 600 }), 'model.bytes');
    expect(reason({ any: [speedup, small] }, large)).toBeUndefined();
    expect(reason(drop(0.02), only(sampleTrial('small', { bytes: 400 }), 'model.bytes'))).toBeUndefined();
    expect(reason({ ...speedup, not: true }, large)).toBeUndefined();
  });

  it('is not hopeless where the limit lies in the interval, at the confidence of the look', () => {
    const near = sampleTrial('near', { accuracy: 0.873, accuracyNoise: 0.005 });
    expect(reason(drop(0.02), near)).toMatchInlineSnapshot(
      `"it cannot meet the requirements: sums.exact_match (drop at most 2 %) is 2.7 % (95 %: 2.2 % to 3.2 %)"`,
    );
    expect(reason(drop(0.02), { ...near, effort: early })).not.toMatch('cannot meet');
  });

  it('is given up where what is still to come would hardly change it', () => {
    const near = sampleTrial('near', { accuracy: 0.873, accuracyNoise: 0.005 });
    expect(reason(drop(0.02), { ...near, effort: early })).toMatchInlineSnapshot(
      `"it would hardly be seen to meet the requirements if all was measured: sums.exact_match (drop at most 2 %) is 2.7 % after 100 documents"`,
    );
    const noisy = sampleTrial('noisy', { accuracy: 0.873, accuracyNoise: 0.03 });
    expect(reason(drop(0.02), { ...noisy, effort: early })).toBeUndefined();
    // What is undecided when all documents are in is measured to its end.
    expect(reason(drop(0.02), { ...noisy, effort: { ...early, share: 1 } })).toBeUndefined();
  });

  it('is given up behind one that meets the requirements and is smaller', () => {
    const rival = { scenario: 'single-stream', trial: sampleTrial('small', { bytes: 400 }) };
    const trial = only(sampleTrial('large', { bytes: 600 }), 'model.bytes');
    const behind = (rivals: Rival[]) =>
      hopeless({ campaign: sampleCampaign({ requirements: drop(0.02) }), trial, baseline, rivals });
    expect(behind([rival, { ...rival, scenario: 'offline' }])).toMatchInlineSnapshot(
      `"it cannot be selected any more: small meets every requirement and has the smaller model.bytes (400 B against 600 B)"`,
    );
    expect(behind([rival])).toBeUndefined();
  });

  it('is hopeless before its speed is measured where a simulated kernel would have to be fast', () => {
    const simulated = only(sampleTrial('simulated', {}, { simulated: true }), 'model.bytes');
    expect(reason(speedup, simulated)).toMatchInlineSnapshot(
      `"it cannot meet the requirements: single-stream.tpot.p50 (speedup at least 1.5×): simulated on this target: its speed is not evidence"`,
    );
    expect(reason({ any: [speedup, drop(0.02)] }, simulated)).toBeUndefined();
  });

  it('goes on while one scenario can still be met', () => {
    const slow = sampleTrial('slow', { tpot: 0.02 });
    expect(reason({ ...speedup, scenarios: ['single-stream'] }, slow)).toBeUndefined();
    expect(reason(speedup, slow)).toMatch(/^it cannot meet the requirements: single-stream\.tpot\.p50/);
  });
});
