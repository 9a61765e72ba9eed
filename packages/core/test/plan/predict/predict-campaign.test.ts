import {
  cannotFit,
  predictCampaign,
  type Campaign,
  type Candidate,
  type EarlierJob,
  type PlanFacts,
} from '@quantloop/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleCampaign, sampleTrial } from '../../board/sample-board.ts';

const recipe = sampleTrial('x').recipe!;

const candidate = (label: string, changes: Partial<Candidate['recipe']> = {}): Candidate => ({
  recipe: { ...recipe, method: 'rtn', bits: 4, granularity: { group: 32 }, symmetric: true, ...changes },
  label,
  simulatedOn: [],
  calibrated: false,
  statistics: false,
});

/** A million weights in linear layers, a tenth of that in embedding and head each. */
const SIZE = {
  bytes: 4_800_000,
  written: 4_800_000,
  matrices: { linear: 1_000_000, embedding: 100_000, head: 100_000 },
};
const factsOf = (changes: Partial<PlanFacts> = {}): PlanFacts => ({
  sizes: { tiny: SIZE },
  jobs: [],
  disk: { free: 1e12, stored: 0 },
  memory: 1e12,
  ...changes,
});
const campaignOf = (candidates: Candidate[], changes: Partial<Campaign> = {}) =>
  sampleCampaign({ candidates, models: [{ id: 'tiny', source: 'builtin:demo' }], ...changes });

const quantized = (each: Candidate) =>
  predictCampaign(campaignOf([each]), factsOf()).disk.models[0]!.quantized;

describe('the prediction of a campaign', () => {
  it('counts the bits of weights, scales and zero points, and leaves what is not quantized as it is', () => {
    const rest = 800_000;
    expect(quantized(candidate('a'))).toBe(rest + (1_000_000 * 5) / 8);
    expect(quantized(candidate('b', { symmetric: false }))).toBe(rest + (1_000_000 * 5.125) / 8);
    expect(quantized(candidate('c', { bits: 8, granularity: 'channel' }))).toBe(rest + 1_000_000);
    const options = { head: true, embedding: true };
    expect(quantized(candidate('d', { bits: 8, granularity: 'channel', options }))).toBe(1_200_000);
    const mix = [{ layers: '0', recipe: 'keep' as const }];
    expect(quantized(candidate('e', { mix }))).toBe(SIZE.bytes);
  });

  it('takes times from earlier jobs of the same stage, model and method, and from nothing else', () => {
    const jobs: EarlierJob[] = [
      ...[1, 9, 2].map((seconds) => ({
        stage: 'quantizeModel' as const,
        model: 'tiny',
        method: 'rtn',
        seconds,
      })),
      { stage: 'quantizeModel', model: 'tiny', method: 'gptq', seconds: 70 },
      { stage: 'quantizeModel', model: 'other', method: 'rtn', seconds: 70 },
    ];
    const campaign = campaignOf([candidate('a'), candidate('b')]);
    const { time } = predictCampaign(campaign, factsOf({ jobs }));
    expect(time.jobs.find(({ stage }) => stage === 'quantizeModel')).toEqual({
      stage: 'quantizeModel',
      model: 'tiny',
      method: 'rtn',
      jobs: 2,
      each: 2,
      from: 3,
    });
    expect(time).toMatchObject({ seconds: 4, complete: false });
    expect(time.jobs.filter(({ each }) => each === null).map(({ stage }) => stage)).toEqual([
      'importModel',
      'evaluateFidelity',
      'evaluatePerformance',
    ]);
  });

  it('takes the memory from earlier jobs where they measured it', () => {
    const of = (jobs: EarlierJob[]) =>
      predictCampaign(campaignOf([candidate('a')]), factsOf({ jobs })).memory!;
    const job = { stage: 'evaluatePerformance' as const, model: 'tiny', seconds: 1 };
    expect(of([job])).toMatchObject({ weights: 4_800_000, peak: 4_800_000 + 300 * 2 ** 20, from: 0 });
    expect(
      of([
        { ...job, peak: 7e6 },
        { ...job, peak: 9e6 },
        { ...job, model: 'other', peak: 1e9 },
      ]),
    ).toMatchObject({
      peak: 9e6,
      from: 2,
    });
  });

  it('never predicts less for more candidates', () => {
    const drawn = fc.array(
      fc.record({
        method: fc.constantFrom('rtn', 'gptq'),
        bits: fc.constantFrom(2, 4, 8, 16),
        granularity: fc.constantFrom('channel' as const, { group: 16 }, { group: 128 }),
        symmetric: fc.boolean(),
      }),
      { maxLength: 8 },
    );
    const jobs = fc.array(
      fc.record({
        stage: fc.constantFrom('quantizeModel' as const, 'evaluateFidelity' as const),
        model: fc.constant('tiny'),
        method: fc.constantFrom('rtn', 'gptq'),
        seconds: fc.double({ min: 0, max: 100, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(drawn, drawn, jobs, (some, others, jobs) => {
        const facts = factsOf({ jobs });
        const of = (recipes: typeof some) =>
          predictCampaign(campaignOf(recipes.map((each, i) => candidate(`c${i}`, each))), facts);
        const few = of(some);
        const many = of([...some, ...others]);
        expect(many.trials.grid).toBe(few.trials.grid + others.length * (few.trials.baselines || 1));
        expect(many.trials.atMost).toBeGreaterThanOrEqual(few.trials.atMost);
        expect(many.time.seconds).toBeGreaterThanOrEqual(few.time.seconds - 1e-6);
        expect(many.disk.bytes).toBeGreaterThanOrEqual(few.disk.bytes);
        expect(many.disk.certain).toBe(few.disk.certain);
        expect(many.memory).toEqual(few.memory);
      }),
    );
  });

  it('leaves open what is not known before a download', () => {
    const prediction = predictCampaign(campaignOf([candidate('a')]), factsOf({ sizes: {}, memory: 1 }));
    expect(prediction.disk).toMatchObject({ bytes: 0, complete: false });
    expect(prediction.disk.models[0]).toMatchObject({ imported: null, quantized: null });
    expect(prediction.memory).toBeNull();
    expect(cannotFit(prediction)).toEqual([]);
  });

  it('counts the trials of further rounds as far as the budget allows', () => {
    const campaign = campaignOf([candidate('a')]);
    const rounds = { ...campaign, budget: { ...campaign.budget, trials: 40, rounds: 3 } };
    const { baselines } = predictCampaign(campaign, factsOf()).trials;
    expect(predictCampaign(rounds, factsOf()).trials.atMost).toBe(baselines + 40);
  });
});

describe('what cannot fit', () => {
  const misfits = (changes: Partial<PlanFacts>) =>
    cannotFit(predictCampaign(campaignOf([candidate('a')]), factsOf(changes))).map(({ message }) => message);

  it('is the import that no disk holds, and the model that no memory holds', () => {
    expect(misfits({})).toEqual([]);
    expect(misfits({ disk: { free: 4_000_000, stored: 0 } })).toEqual([expect.stringContaining('disk')]);
    expect(misfits({ memory: 4_000_000 })).toEqual([expect.stringContaining('tiny take 4.58 MiB')]);
  });

  it('is not what may be in the store already, nor versions that may never be made', () => {
    expect(misfits({ disk: { free: 0, stored: 4_800_000 } })).toEqual([]);
    expect(misfits({ disk: { free: 4_800_000, stored: 0 } })).toEqual([]);
  });

  it('counts one source under two names once', () => {
    const models = ['tiny', 'again'].map((id) => ({ id, source: 'builtin:demo' }));
    const facts = factsOf({ sizes: { tiny: SIZE, again: SIZE }, disk: { free: 5_000_000, stored: 0 } });
    expect(cannotFit(predictCampaign(campaignOf([], { models }), facts))).toEqual([]);
  });
});
