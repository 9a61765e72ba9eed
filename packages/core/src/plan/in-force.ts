import type { Act } from '../board/act.ts';
import type { Budget, Campaign } from '../campaign/campaign.ts';

/** The campaign as people have changed it since it began: the requirements relaxed last, the budget extended. */
export function inForce(campaign: Campaign, acts: readonly Act[]): Campaign {
  return acts.reduce<Campaign>((current, act) => {
    if (act.kind === 'relax') return { ...current, requirements: act.requirements };
    if (act.kind === 'extend-budget') return { ...current, budget: extended(current.budget, act) };
    return current;
  }, campaign);
}

/** What has no limit needs no extension. */
function extended(budget: Budget, by: Extract<Act, { kind: 'extend-budget' }>): Budget {
  const add = (limit: number | null, more = 0) => (limit === null ? null : limit + more);
  return {
    ...budget,
    trials: budget.trials + (by.trials ?? 0),
    rounds: budget.rounds + (by.rounds ?? 0),
    wallClock: add(budget.wallClock, by.wallClock),
    device: add(budget.device, by.device),
  };
}

/** Trials that people rejected: whatever was measured, they are not selected. */
export function rejected(acts: readonly Act[]): ReadonlySet<string> {
  return new Set(acts.flatMap((act) => (act.kind === 'reject' ? [act.trial] : [])));
}
