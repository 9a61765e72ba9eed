import { actRefusal, type ActInput, type Board } from '@quantloop/core';
import { describe, expect, it } from 'vitest';
import { sampleCampaign, sampleTrial } from '../board/sample-board.ts';

const trial = sampleTrial('a');
const baseline = sampleTrial('baseline');
const campaign = sampleCampaign();
const board: Board = {
  round: 1,
  planned: [baseline, trial].map((row) => ({ trial: row, target: campaign.targets[0]! })),
  trials: [baseline, trial],
  scans: {},
  refused: [],
  dismissed: {},
  spent: { wallClock: 0, measuring: {}, jobs: {} },
  acts: [{ kind: 'reject', by: 'ann', at: 0, trial: baseline.id, reason: 'too large' }],
};
const by = 'ann';
const reason = 'because';
const recipe = { ...trial.recipe!, bits: 8 };
const added = {
  kind: 'add-recipe' as const,
  by,
  recipe,
  label: 'b',
  simulatedOn: [],
  calibrated: false,
  statistics: false,
};

const refusalOf = (act: ActInput, context: Partial<Parameters<typeof actRefusal>[1]> = {}) =>
  actRefusal(act, { campaign, board, asked: undefined, over: false, ...context })?.message;

const REFUSED: [string, ActInput, string][] = [
  ['what nobody proposes', { kind: 'approve', by }, 'there is nothing to approve yet.'],
  [
    'nobody',
    { kind: 'extend-budget', by: '', trials: 1 },
    expect.stringContaining('this is no act') as string,
  ],
  [
    'no reason',
    { kind: 'reject', by, trial: trial.id, reason: '' },
    expect.stringContaining('reason') as string,
  ],
  ['an unknown trial', { kind: 'reject', by, trial: 'c', reason }, 'no trial "c" has been measured.'],
  [
    'a rejection twice',
    { kind: 'reject', by, trial: baseline.id, reason },
    `${baseline.id} is rejected already.`,
  ],
  ['an empty extension', { kind: 'extend-budget', by }, 'the budget is extended by nothing.'],
  ['a resumption of what goes on', { kind: 'go-on', by }, 'the campaign is not paused.'],
  ['a recipe that is there', { ...added, recipe: trial.recipe! }, 'a is this recipe already.'],
  ['a name that is taken', { ...added, label: 'a' }, 'another recipe is named a.'],
  [
    'a recipe without its texts',
    { ...added, calibrated: true },
    'b needs calibration texts, which the campaign has not.',
  ],
  [
    'the same requirements',
    { kind: 'relax', by, reason, requirements: campaign.requirements },
    'these are the requirements already.',
  ],
  [
    'limits on what is not measured',
    { kind: 'relax', by, reason, requirements: { metric: 'nonsense', max: { value: 1, relative: false } } },
    'unknown metric "nonsense".',
  ],
];

describe('a person is refused', () => {
  it.each(REFUSED)('%s', (_what, act, message) => {
    expect(refusalOf(act)).toEqual(message);
  });

  it('more trials than the budget holds', () => {
    const small = { ...campaign, budget: { ...campaign.budget, trials: 1 } };
    expect(refusalOf(added, { campaign: small })).toBe('it would make 2 trials, more than the budget of 1.');
    const acts = [{ kind: 'extend-budget', by, at: 0, trials: 1 } as const];
    expect(refusalOf(added, { campaign: small, board: { ...board, acts } })).toBeUndefined();
  });

  it('a pause twice, a pause of what waits for people, and anything once it is to finish', () => {
    const paused = { ...board, acts: [{ kind: 'pause', by: 'bob', at: 0 } as const] };
    expect(refusalOf({ kind: 'pause', by }, { board: paused })).toBe('bob has paused it already.');
    expect(refusalOf({ kind: 'go-on', by }, { board: paused })).toBeUndefined();
    expect(refusalOf({ kind: 'pause', by }, { asked: 'approval' })).toBe(
      'the campaign waits for people as it is.',
    );
    const finishing = { ...board, acts: [{ kind: 'finish', by: 'bob', at: 0 } as const] };
    expect(refusalOf({ kind: 'pause', by }, { board: finishing })).toBe(
      'bob let the campaign end with what was measured.',
    );
  });

  it('anything after the end', () => {
    expect(refusalOf({ kind: 'approve', by }, { over: true, asked: 'approval' })).toBe(
      'the campaign has ended.',
    );
  });
});

const TAKEN: [string, ActInput][] = [
  ['an approval that is asked for', { kind: 'approve', by }],
  ['a rejection', { kind: 'reject', by, trial: trial.id, reason }],
  ['a recipe', added],
  ['an extension', { kind: 'extend-budget', by, wallClock: 60 }],
  [
    'looser limits',
    {
      kind: 'relax',
      by,
      reason,
      requirements: { metric: 'model.bytes', max: { value: 1, relative: false } },
    },
  ],
];

it.each(TAKEN)('what a person may do: %s', (_what, act) => {
  expect(refusalOf(act, { asked: 'approval' })).toBeUndefined();
});
