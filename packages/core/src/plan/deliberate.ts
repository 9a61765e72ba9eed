import type { Board } from '../board/board.ts';
import { FULL_EFFORT } from '../board/evidence.ts';
import type { Campaign } from '../campaign/campaign.ts';
import { affordable, budgetSpent } from './budget.ts';
import { inForce } from './in-force.ts';
import { finishedBy } from './pauses.ts';
import { nextWave } from './race/next-wave.ts';
import { type Group, groupsOf } from './race/standings.ts';
import { propose } from './refine/propose.ts';
import type { Step } from './step.ts';

/**
 * What a campaign does next: baselines first; then looks at the trials, the most promising first, until no further look
 * could change what is selected; then another round, while nothing is acceptable or better is asked for and the budget
 * allows it; then people are asked, where they are to be. It ends early where people want no further look. Pure, and the order of the board's rows does not matter.
 */
export function deliberate(written: Campaign, board: Board): Step {
  const finishing = finishedBy(board.acts);
  if (finishing !== undefined) return { kind: 'end', because: `${finishing} let it end early` };
  const campaign = inForce(written, board.acts);
  const { round } = board;
  const spent = budgetSpent(campaign, board.spent);
  if (spent === undefined) {
    const baselines = baselineLooks(board);
    if (baselines.length > 0) return { kind: 'measure', round: 0, looks: baselines, givenUp: [] };
  }
  const groups = groupsOf(campaign, board);
  const wave = nextWave(campaign, board, groups);
  const looks = spent === undefined ? wave.looks : [];
  if (looks.length + wave.givenUp.length > 0) {
    return { kind: 'measure', round, looks, givenUp: wave.givenUp };
  }
  return (
    (spent === undefined && nextRound(campaign, board, groups)) || conclusion(campaign, board, groups, spent)
  );
}

function baselineLooks({ planned, trials }: Board) {
  const measured = new Set(trials.map(({ id }) => id));
  return planned
    .filter(({ trial }) => trial.recipe === null && !measured.has(trial.id))
    .map(({ trial }) => ({ trial: trial.id, effort: FULL_EFFORT }));
}

/** Another round, or the scan that planning it needs. */
function nextRound(campaign: Campaign, board: Board, groups: readonly Group[]): Step | undefined {
  const { budget, search } = campaign;
  if (board.round >= budget.rounds || (search.refine === 'off' && isDecided(campaign, groups)))
    return undefined;
  const next = propose(campaign, board);
  if ('kind' in next) return next;
  const proposals = affordable(campaign, board, next);
  return proposals.length === 0 ? undefined : { kind: 'plan', round: board.round + 1, proposals };
}

function conclusion(
  campaign: Campaign,
  { acts, round }: Board,
  groups: readonly Group[],
  spent: string | undefined,
): Step {
  const approved = acts.at(-1)?.kind === 'approve';
  const decided = isDecided(campaign, groups);
  if (!approved && !decided && campaign.onNoWinner === 'ask') return { kind: 'ask', question: 'no-winner' };
  const selected = groups.some(({ leaders }) => leaders.length > 0);
  if (!approved && selected && campaign.approval === true) return { kind: 'ask', question: 'approval' };
  const outcome = decided ? 'what is selected is settled' : 'nothing more can be measured or tried';
  return { kind: 'end', because: spent ?? `${outcome} after round ${round}` };
}

/** Whether each model has a winner on each target in each scenario. */
export function isDecided(campaign: Campaign, groups: readonly Group[]): boolean {
  return groups.every(({ leaders }) => leaders.length === campaign.performance.length);
}
