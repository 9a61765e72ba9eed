import { type Board, type Campaign, deliberate, notTried, planRound } from '@quantloop/core';
import { describe, expect, it } from 'vitest';
import { sampleCampaign, sampleTrial } from '../board/sample-board.ts';

const recipe = sampleTrial('x').recipe!;
const campaign = sampleCampaign({
  candidates: ['a', 'b', 'c'].map((label) => ({
    ...{ recipe, label, simulatedOn: [], calibrated: false, statistics: false },
  })),
  requirements: { metric: 'sums.exact_match', maxDrop: { value: -1, relative: false } },
});
const failure = { code: 'out-of-memory', message: 'The job was ended at 2 GiB.', stage: 'quantizeModel' };
const failed = sampleTrial('b', {}, { status: 'failed', failure, metrics: {}, artifact: null });

const boardOf = (changes: Partial<Board> = {}): Board => ({
  ...{ round: 1, planned: planRound(campaign), scans: {}, refused: [], dismissed: {}, acts: [] },
  trials: [sampleTrial('baseline'), sampleTrial('a', { bytes: 300 }), failed],
  spent: { wallClock: 10, measuring: {}, jobs: {} },
  ...changes,
});
const reasons = (changed: Partial<Campaign['budget']>, board = boardOf()) => {
  const given = { ...campaign, budget: { ...campaign.budget, ...changed } };
  const step = deliberate(given, board);
  const ended = step.kind === 'end' ? step.because : 'it was ended';
  return Object.fromEntries(notTried(given, board, ended).map(({ label, reason }) => [label, reason]));
};

describe('what was not tried', () => {
  it('names what failed and what no budget was left for, with the cause', () => {
    expect(reasons({ wallClock: 5 })).toMatchObject({
      b: 'failed at quantizeModel: The job was ended at 2 GiB.',
      c: 'not begun: the time of the budget, 5 s, is spent',
    });
  });

  it('names why a trial was given up before it was begun', () => {
    expect(reasons({}, boardOf({ dismissed: { 'tiny.cpu.c': 'it is too large' } }))).toMatchObject({
      c: 'it is too large',
    });
  });

  it('names what a round wanted and could not have', () => {
    const reason = 'not planned, though it may do: the smallest takes 3 MiB';
    const refused = [{ model: 'tiny', target: 'cpu', label: 'a mix in 2 MiB', trial: null, reason }];
    expect(reasons({}, boardOf({ refused }))['a mix in 2 MiB']).toBe(reason);
  });

  it('names what a further round would have looked for, where nothing is acceptable', () => {
    const around = 'more quality at about its size';
    expect(reasons({ rounds: 1 })[around]).toMatch(
      /^not planned, though a misses sums\.exact_match .*: the budget's rounds, 1, are used$/,
    );
    const few = { ...campaign.budget.perModel, trials: 3 };
    expect(reasons({ rounds: 2, perModel: few })[around]).toMatch(/more trials than the budget has$/);
    const decided = { ...campaign, requirements: { all: [] } };
    expect(notTried(decided, boardOf(), 'it was ended').map(({ label }) => label)).toEqual(['b', 'c']);
  });
});
