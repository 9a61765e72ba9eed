import {
  neighbours,
  nextRound,
  planRound,
  propose,
  type Board,
  type Campaign,
  type MethodFacts,
  type PreparedCandidate,
  type Proposal,
  type Recipe,
  type Trial,
  type WeightRecipe,
} from '@quantloop/core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { reference, sampleCampaign, sampleTrial } from '../board/sample-board.ts';

const limit = (value: number) => ({ value, relative: false });
const faithful = { metric: 'sums.exact_match', maxDrop: limit(0.02) };
const small = (bytes: number) => ({ metric: 'model.bytes', max: limit(bytes) });
const scanned: WeightRecipe[] = [3, 8].map((bits) => ({
  method: 'rtn',
  bits,
  granularity: 'channel',
  symmetric: true,
  options: {},
}));

const lossy = sampleTrial('int3', { accuracy: 0.8, bytes: 150 });
const large = sampleTrial('int4', { accuracy: 0.895, bytes: 200 });
const baseline = sampleTrial('baseline');

const campaignOf = (changes: Partial<Campaign> = {}) =>
  sampleCampaign({ requirements: { all: [faithful, small(180)] }, scan: scanned, ...changes });
const boardOf = (campaign: Campaign, trials: Trial[], changes: Partial<Board> = {}): Board => ({
  round: 1,
  planned: planRound(campaign),
  trials,
  scans: {},
  refused: [],
  dismissed: {},
  spent: { wallClock: 0, measuring: {}, jobs: {} },
  acts: [],
  ...changes,
});
const wishes = (campaign: Campaign, board: Board) => {
  const next = propose(campaign, board);
  return 'kind' in next ? next : next.map(({ wish }) => wish);
};
const mixes = (...args: Parameters<typeof wishes>) => {
  const next = wishes(...args);
  return 'kind' in next ? [] : next.flatMap((wish) => (wish.kind === 'mix' ? [wish] : []));
};

describe('what is tried next', () => {
  test('between what loses too much and what is too large a mix is wanted, which needs a scan', () => {
    const campaign = campaignOf();
    expect(propose(campaign, boardOf(campaign, [baseline, lossy, large]))).toEqual({
      kind: 'scan',
      model: 'tiny',
    });
  });

  test('the mix has the size that the limit leaves, and says why', () => {
    const campaign = campaignOf();
    const board = boardOf(campaign, [baseline, lossy, large], { scans: { tiny: reference() } });
    const [mix] = mixes(campaign, board);
    expect(mix!.bytes).toBeLessThanOrEqual(180);
    expect(mix!.bytes).toBeGreaterThan(150);
    expect(mix).toMatchObject({ unquantized: 1000, measured: [{ bytes: 150 }, { bytes: 200 }] });
    const [{ why }] = propose(campaign, board) as [Proposal];
    expect(why).toContain('No recipe for all weights alike');
    expect(why).toContain('int3 (15 % of the model)');
  });

  test('a trial given up for its size alone bounds the mixes, though its quality was not asked for', () => {
    const campaign = campaignOf();
    const { 'model.bytes': bytes } = large.metrics;
    const stopped: Trial = { ...large, status: 'stopped', metrics: { 'model.bytes': bytes! } };
    const board = boardOf(campaign, [baseline, lossy, stopped], { scans: { tiny: reference() } });
    expect(mixes(campaign, board)).toHaveLength(1);
  });

  test('where something is accepted, mixes lie between it and the largest that loses too much', () => {
    const campaign = campaignOf({ requirements: { all: [faithful, small(500)] } });
    const board = boardOf(campaign, [baseline, lossy, large], { scans: { tiny: reference() } });
    expect(mixes(campaign, board).map(({ bytes }) => bytes)).toEqual([166, 183]);
  });

  test('a model that cannot be scanned is refined without mixes', () => {
    const campaign = campaignOf();
    const board = boardOf(campaign, [baseline, lossy, large], { scans: { tiny: null } });
    const next = wishes(campaign, board);
    expect('kind' in next ? [] : next.flatMap((wish) => (wish.kind === 'around' ? [wish.aim] : []))).toEqual([
      'quality',
      'size',
    ]);
  });

  test('methods made for a load are wanted once, where both loads are asked for', () => {
    const campaign = campaignOf({
      scan: [],
      candidates: [{ ...candidate('rtn-int4', 4), suits: 'synchronous' }],
    });
    const suited = (board: Board) => {
      const next = wishes(campaign, board);
      return 'kind' in next ? [] : next.flatMap((wish) => (wish.kind === 'suited' ? [wish.load] : []));
    };
    expect(suited(boardOf(campaign, [baseline, lossy]))).toEqual(['asynchronous']);
    expect(suited(boardOf(campaign, [baseline, lossy], { round: 2 }))).toEqual([]);
  });
});

const recipe = (bits: number): Recipe => ({
  method: 'rtn',
  bits,
  granularity: { group: 64 },
  symmetric: true,
  exclude: [],
  options: { clip: 'none', head: false },
  mix: [],
});
function candidate(label: string, bits: number): Campaign['candidates'][number] {
  return { recipe: recipe(bits), label, simulatedOn: [], calibrated: false, statistics: false };
}

const facts: MethodFacts = {
  name: 'rtn',
  summary: '',
  source: '',
  version: '1',
  needsCalibration: false,
  bits: [4, 8, 2],
  granularities: ['group', 'channel'],
  groups: [32, 16, 64, 128, 256],
  symmetric: [true, false],
  options: z.strictObject({
    clip: z.enum(['none', 'mse']).default('none'),
    head: z.boolean().default(false),
  }),
  tuning: { clip: ['mse'] },
  supports: () => 'native',
};
const changes = (bits: number, aim: 'quality' | 'size') =>
  neighbours(recipe(bits), facts, { aim }).map(({ change }) => change);

describe('recipes one change away', () => {
  test('for quality: finer groups, zero points, options of the method', () => {
    expect(changes(4, 'quality')).toEqual(['groups of 32', 'zero points', 'clip mse']);
  });

  test('for size: fewer bits, coarser groups, the head too', () => {
    expect(changes(4, 'size')).toEqual(['2 bits', 'groups of 128', 'the head too']);
    expect(changes(2, 'size')).toEqual(['groups of 128', 'the head too']);
  });
});

describe('the next round', () => {
  const prepared = (label: string, bits: number): PreparedCandidate => ({
    ...candidate(label, bits),
    ...{ model: 'tiny', targets: ['cpu'], why: 'Why not.' },
  });

  test('has what is new, each with its reason, and nothing beyond the budget', () => {
    const campaign = sampleCampaign({ candidates: [candidate('rtn-int4', 4)] });
    campaign.budget = { ...campaign.budget, trials: 2 };
    const board = { round: 1, planned: planRound(campaign) };
    const shuffled = {
      ...prepared('rtn-int4', 4),
      recipe: { ...recipe(4), options: { head: false, clip: 'none' } },
    };
    const trials = nextRound(campaign, board, [shuffled, prepared('rtn-int8', 8), prepared('rtn-int2', 2)]);
    expect(trials.map(({ trial }) => [trial.label, trial.round, trial.planned])).toEqual([
      ['rtn-int8', 2, 'Why not.'],
    ]);
  });

  test('tells a recipe from another of the same name', () => {
    const campaign = sampleCampaign({ candidates: [candidate('rtn', 4)] });
    const [added] = nextRound(campaign, { round: 1, planned: planRound(campaign) }, [prepared('rtn', 8)]);
    expect(added?.trial.label).toMatch(/^rtn-[0-9a-f]+$/);
  });
});
