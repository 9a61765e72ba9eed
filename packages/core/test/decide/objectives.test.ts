import { decide, type Objective, surelyBetter, type Trial } from '@quantloop/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleCampaign, sampleTrial } from '../board/sample-board.ts';

const limit = { value: 0, relative: false };
const weighted: Objective = { weighted: { 'model.bytes': 1, 'sums.exact_match': 3 } };
const knee: Objective = { knee: ['sums.exact_match', 'model.bytes'] };
const campaignOf = (...objectives: Objective[]) =>
  sampleCampaign({ requirements: { metric: 'sums.exact_match', min: limit }, objectives });
const chosen = (objectives: Objective[], trials: readonly Trial[]) =>
  decide(campaignOf(...objectives), trials).selections[0]!;

const numbers = fc.record({
  accuracy: fc.double({ min: 0.2, max: 0.95, noNaN: true }),
  accuracyNoise: fc.constantFrom(0, 0.01, 0.05),
  bytes: fc.integer({ min: 100, max: 1000 }),
});
const fields = fc
  .array(numbers, { minLength: 1, maxLength: 8 })
  .map((all) => [sampleTrial('baseline'), ...all.map((each, i) => sampleTrial(`q${i}`, each))]);

/** With model.bytes in another unit. */
function rescaled(trial: Trial, factor: number): Trial {
  const { value, low, high, ...rest } = trial.metrics['model.bytes']!;
  const bytes = { ...rest, value: value * factor, low: low * factor, high: high * factor };
  return { ...trial, metrics: { ...trial.metrics, 'model.bytes': bytes } };
}

describe('objectives of several metrics', () => {
  const bent = [
    sampleTrial('baseline', { accuracy: 0.9, accuracyNoise: 0, bytes: 1000 }),
    sampleTrial('bend', { accuracy: 0.88, accuracyNoise: 0, bytes: 300 }),
    sampleTrial('tiny', { accuracy: 0.4, accuracyNoise: 0, bytes: 100 }),
  ];

  it('weigh ratios to the baseline: ln 0.3 − 3 ln 0.978 < ln 0.1 − 3 ln 0.444 only with enough weight', () => {
    expect(chosen([{ weighted: { 'model.bytes': 1, 'sums.exact_match': 3 } }], bent).label).toBe('bend');
    expect(chosen([{ weighted: { 'model.bytes': 1, 'sums.exact_match': 1 } }], bent).label).toBe('tiny');
    expect(chosen([weighted], bent).because).toContain(
      'bend has the best weighted mean of model.bytes (weight 1) and sums.exact_match (weight 3)',
    );
  });

  it('find the knee of the front', () => {
    const selection = chosen([knee], bent);
    expect(selection.label).toBe('bend');
    expect(selection.because).toContain('the best place at the knee of sums.exact_match against model.bytes');
  });

  it.each([weighted, knee])('leave what is within the noise to the next objective', (objective) => {
    const near = [
      ...bent,
      sampleTrial('a', { accuracy: 0.881, accuracyNoise: 0.05, bytes: 301 }),
      sampleTrial('b', { accuracy: 0.879, accuracyNoise: 0.05, bytes: 299 }),
    ];
    expect(chosen([objective, { maximize: 'model.bytes' }], near).label).toBe('a');
    expect(chosen([objective, { minimize: 'model.bytes' }], near).label).toBe('b');
  });

  it.each([weighted, knee])('choose the same in whatever order trials come', (objective) => {
    fc.assert(
      fc.property(fields, fc.infiniteStream(fc.nat()), (trials, keys) => {
        const shuffled = trials.map((trial) => ({ trial, key: keys.next().value as number }));
        shuffled.sort((a, b) => a.key - b.key);
        const again = decide(
          campaignOf(objective),
          shuffled.map(({ trial }) => trial),
        );
        expect(again).toEqual(decide(campaignOf(objective), trials));
      }),
    );
  });

  it('weigh alike in every unit', () => {
    fc.assert(
      fc.property(fields, fc.constantFrom(1 / 1024, 8, 1000), (trials, factor) => {
        const other = trials.map((trial) => rescaled(trial, factor));
        expect(chosen([weighted], other).trial).toBe(chosen([weighted], trials).trial);
      }),
    );
  });

  it.each([weighted, knee])('give no trial up in a race', (objective) => {
    const [, rival, trial] = bent as [Trial, Trial, Trial];
    const campaign = campaignOf(objective);
    expect(surelyBetter({ campaign, scenario: campaign.performance[0]!, rival, trial })).toBeUndefined();
  });
});
