import type { Board } from '../../board/board.ts';
import type { Trial } from '../../board/trial.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { Recipe } from '../../campaign/recipe.ts';
import { readObjective } from '../../decide/prefer.ts';
import { evidenceOf } from '../evidence-of.ts';
import { recipeParts } from '../recipe-parts.ts';
import type { Group, Standing } from './standings.ts';

/**
 * Orders trials by what they promise: the best by the first objective come first, so that one that passes settles all
 * behind it. What is not measured yet is expected to be as the same recipe is for other models and targets, else by the
 * bits of a weight; recipes that failed everywhere else come last.
 */
export function byPromise(campaign: Campaign, board: Board, groups: readonly Group[]) {
  const failed = new Map<string, boolean>();
  for (const { standings } of groups) {
    for (const { trial, begun, open } of standings) {
      if (begun) failed.set(trial.label, (failed.get(trial.label) ?? true) && open.length === 0);
    }
  }
  const order = new Map(campaign.models.map(({ id }, i) => [id, i]));
  return (a: Standing, b: Standing): number =>
    order.get(a.trial.model)! - order.get(b.trial.model)! ||
    doubt(a) - doubt(b) ||
    expectation(a) - expectation(b) ||
    bits(a) - bits(b) ||
    (a.trial.id < b.trial.id ? -1 : 1);

  function doubt({ begun, trial }: Standing): number {
    return !begun && failed.get(trial.label) === true ? 1 : 0;
  }

  /** Of the first objective, as a ratio to the baseline where there is one; smaller is better. */
  function expectation(standing: Standing): number {
    const scenario = standing.open[0]?.scenario ?? campaign.performance[0]!;
    const { metric, smallest } = readObjective(campaign.objectives[0]!, scenario);
    const sign = smallest ? 1 : -1;
    const own = ratio(standing.trial, metric);
    if (own !== undefined) return sign * own;
    const alike = board.trials
      .filter(({ recipe }) => recipe !== null)
      .flatMap((trial) => {
        const value = ratio(trial, metric);
        return value === undefined ? [] : [{ trial, value, distance: distance(trial, standing.trial) }];
      });
    const least = Math.min(...alike.map(({ distance }) => distance));
    const nearest = alike.filter(({ distance }) => distance === least).map(({ value }) => value);
    if (nearest.length > 0) return (sign * nearest.reduce((sum, value) => sum + value)) / nearest.length;
    return 0;
  }

  /** Fewer bits are smaller and faster; more are more faithful. */
  function bits({ trial, open }: Standing): number {
    const { metric } = readObjective(campaign.objectives[0]!, open[0]?.scenario ?? campaign.performance[0]!);
    const sign = evidenceOf(metric, campaign.performance) === 'documents' ? -1 : 1;
    return sign * bitsPerWeight(trial.recipe!);
  }
}

/** The same recipe is the nearest, then what has as many bits. */
const distance = (a: Trial, b: Trial): number =>
  a.label === b.label ? -1 : Math.abs(bitsPerWeight(a.recipe!) - bitsPerWeight(b.recipe!));

const ratio = ({ metrics }: Trial, metric: string): number | undefined =>
  metrics[metric]?.versusBaseline?.ratio.value;

/** Of the recipe's parts in the mean, each scale counted as 16 bits. */
function bitsPerWeight(recipe: Recipe): number {
  const parts = recipeParts(recipe).map(
    ({ bits, granularity }) => bits + (typeof granularity === 'object' ? 16 / granularity.group : 0),
  );
  return parts.reduce((sum, part) => sum + part) / parts.length;
}
