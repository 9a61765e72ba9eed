import type { Board } from '../board/board.ts';
import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { NotTried } from '../decide/decision.ts';
import { affordable, budgetSpent, modelBudgetSpent } from './budget.ts';
import { isDecided } from './deliberate.ts';
import { inForce } from './in-force.ts';
import { lookedFor } from './looked-for.ts';
import { finishedBy } from './pauses.ts';
import { groupsOf } from './race/standings.ts';
import { propose } from './refine/propose.ts';

/**
 * What a campaign that is at its end leaves untried, and why: trials that were never begun; those that failed; what
 * rounds wanted and could not have; and, where a winner is missing or better was asked for, what a further round would
 * have looked for.
 *
 * @param ended why it is at its end, as a sentence
 */
export function notTried(written: Campaign, board: Board, ended: string): NotTried[] {
  const campaign = inForce(written, board.acts);
  const rows = new Map(board.trials.map((trial) => [trial.id, trial]));
  const trials = board.planned.flatMap(({ trial: { id, model, target, label } }) => {
    const row = rows.get(id);
    const reason =
      row === undefined
        ? (board.dismissed[id] ?? `not begun: ${modelBudgetSpent(campaign, board.spent, model) ?? ended}`)
        : withoutResult(row);
    return reason === undefined ? [] : [{ model, target, label, trial: id, reason }];
  });
  return [...trials, ...board.refused, ...furtherRound(campaign, board, ended)];
}

function withoutResult({ status, failure }: Trial): string | undefined {
  if (status === 'cancelled') return 'cancelled';
  return failure === undefined ? undefined : `failed at ${failure.stage}: ${failure.message}`;
}

/** The proposals for which there was no budget left, or that people no longer wanted. */
function furtherRound(campaign: Campaign, board: Board, ended: string): NotTried[] {
  const { budget, models, search } = campaign;
  if (search.refine === 'off' && isDecided(campaign, groupsOf(campaign, board))) return [];
  // A round of which nothing new came is followed by none that brings more.
  if (board.planned.every(({ trial }) => trial.round !== board.round)) return [];
  // Without the scan of a model there is no knowing what mixes it would lead to.
  const scans = Object.fromEntries(models.map(({ id }) => [id, board.scans[id] ?? null]));
  const proposals = propose(campaign, { ...board, scans });
  if ('kind' in proposals) return [];
  const noRound =
    (finishedBy(board.acts) === undefined ? undefined : ended) ??
    budgetSpent(campaign, board.spent) ??
    (board.round >= budget.rounds ? `the budget's rounds, ${budget.rounds}, are used` : undefined);
  const within = new Set(noRound === undefined ? affordable(campaign, board, proposals) : []);
  return proposals
    .filter((proposal) => !within.has(proposal))
    .flatMap(({ model, targets, wish, why }) => {
      const reason =
        noRound ??
        modelBudgetSpent(campaign, board.spent, model) ??
        'it would take more trials than the budget has';
      return targets.map((target) => ({
        ...{ model, target, label: lookedFor(wish), trial: null },
        reason: `not planned, though ${why}: ${reason}`,
      }));
    });
}
