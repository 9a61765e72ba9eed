import type { Board, Spent } from '../board/board.ts';
import { formatValue } from '../board/format-value.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Proposal } from './step.ts';

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

/** Why nothing more may be begun at all, as a sentence; undefined while there is time. */
export function budgetSpent({ budget }: Campaign, spent: Spent): string | undefined {
  const measuring = sum(Object.values(spent.measuring).flatMap((targets) => Object.values(targets)));
  return (
    over('the time', spent.wallClock, budget.wallClock) ?? over('the device time', measuring, budget.device)
  );
}

/** Why nothing more may be begun of one model. */
export function modelBudgetSpent({ budget }: Campaign, spent: Spent, model: string): string | undefined {
  const { wallClock, device } = budget.perModel;
  const measuring = sum(Object.values(spent.measuring[model] ?? {}));
  return (
    over(`the time of ${model}`, spent.jobs[model] ?? 0, wallClock) ??
    over(`the device time of ${model}`, measuring, device)
  );
}

function over(what: string, spent: number, limit: number | null): string | undefined {
  return limit !== null && spent >= limit
    ? `${what} of the budget, ${formatValue(limit, 's')}, is spent`
    : undefined;
}

/** The first proposals, as far as the numbers of trials and the time of their models allow. Baselines do not count. */
export function affordable(campaign: Campaign, board: Board, proposals: readonly Proposal[]): Proposal[] {
  const { trials, perModel } = campaign.budget;
  const planned = board.planned.filter(({ trial }) => trial.recipe !== null).map(({ trial }) => trial.model);
  return proposals.filter(({ model, targets }) => {
    if (modelBudgetSpent(campaign, board.spent, model) !== undefined) return false;
    const ofModel = planned.filter((other) => other === model).length + targets.length;
    if (planned.length + targets.length > trials || ofModel > (perModel.trials ?? Infinity)) return false;
    planned.push(...targets.map(() => model));
    return true;
  });
}
