import type { Board } from '../../board/board.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { PreparedCandidate } from '../../workflows/activities.ts';
import { plannedTrial, type PlannedTrial } from '../plan-round.ts';
import { sameRecipe } from '../same-recipe.ts';
import { textDigest } from '../text-digest.ts';

/**
 * The trials of the next round: what was prepared for it and is not planned already, in order, as far as the budget of
 * trials reaches. A name that another recipe has is told apart by a digest.
 */
export function nextRound(
  campaign: Campaign,
  board: Pick<Board, 'planned' | 'round'>,
  prepared: readonly PreparedCandidate[],
): PlannedTrial[] {
  const { trials: most, perModel } = campaign.budget;
  const planned = [...board.planned];
  const isNew = ({ trial }: PlannedTrial) => trial.recipe !== null;
  const count = (model?: string) =>
    planned.filter((each) => isNew(each) && (model === undefined || each.trial.model === model)).length;
  for (const { model, targets, why, ...candidate } of prepared) {
    const same = (each: PlannedTrial) =>
      each.trial.model === model && sameRecipe(each.trial.recipe, candidate.recipe);
    for (const target of campaign.targets.filter(({ id }) => targets.includes(id))) {
      if (planned.some((each) => same(each) && each.target.id === target.id)) continue;
      if (count() >= most || count(model) >= (perModel.trials ?? Infinity)) continue;
      const taken = planned.some((each) => each.trial.label === candidate.label && !same(each));
      const label = taken
        ? `${candidate.label}-${textDigest(JSON.stringify(candidate.recipe))}`
        : candidate.label;
      const place = { model, target, round: board.round + 1, planned: why };
      planned.push(plannedTrial(campaign, { ...candidate, label }, place));
    }
  }
  return planned.slice(board.planned.length);
}
