import type { Board } from '../../board/board.ts';
import type { Trial } from '../../board/trial.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { Objective } from '../../campaign/campaign-file.ts';
import type { Recipe } from '../../campaign/recipe.ts';
import type { Scenario } from '../../campaign/scenario.ts';
import { isSingle, objectiveMetrics, readObjective } from '../../decide/read-objective.ts';
import { evidenceOf } from '../evidence-of.ts';
import { recipeParts } from '../recipe-parts.ts';
import type { Group, Standing } from './standings.ts';

/**
 * What a trial promises, as numbers to be compared one after the other, the smallest first: model after model; recipes
 * that failed wherever they were tried come last; then the best by the first objective, so that one that passes settles
 * all behind it. What is not measured yet is expected to be as the same recipe is for other models and targets, else as
 * those of as many bits; where nothing is known the bits of a weight themselves tell.
 */
export function promiseOf(campaign: Campaign, board: Board, groups: readonly Group[]) {
  const order = new Map(campaign.models.map(({ id }, i) => [id, i]));
  const failed = failedEverywhere(groups);
  return ({ trial, begun, open }: Standing): number[] => {
    const scenario = open[0]?.scenario ?? campaign.performance[0]!;
    const terms = termsOf(campaign.objectives[0]!, scenario, board.trials);
    const bits = bitsPerWeight(trial.recipe!);
    const fewest = terms.every(({ metric }) => evidenceOf(metric, campaign.performance) === 'documents')
      ? -1
      : 1;
    return [
      order.get(trial.model)!,
      !begun && failed.has(trial.label) ? 1 : 0,
      terms.reduce(
        (sum, { metric, weight }) =>
          sum + weight * (ratioOf(trial, metric) ?? expected(trial, metric, board.trials)),
        0,
      ),
      // Fewer bits are smaller and faster, more are more faithful.
      fewest * bits,
    ];
  };
}

/** The metrics of an objective with their weights, negative where higher is better; of a knee both count alike. */
function termsOf(objective: Objective, scenario: Scenario, trials: readonly Trial[]) {
  if (isSingle(objective)) {
    const { metric, smallest } = readObjective(objective, scenario);
    return [{ metric, weight: smallest ? 1 : -1 }];
  }
  const weights = 'weighted' in objective ? Object.values(objective.weighted) : [1, 1];
  return objectiveMetrics(objective, scenario).map((metric, i) => {
    const higher = trials.some(({ metrics }) => metrics[metric]?.higherIsBetter === true);
    return { metric, weight: (higher ? -1 : 1) * weights[i]! };
  });
}

/** Labels of recipes that were tried, and came to nothing wherever they were. */
function failedEverywhere(groups: readonly Group[]): ReadonlySet<string> {
  const tried = groups.flatMap(({ standings }) => standings).filter(({ begun }) => begun);
  const came = tried.filter(({ closed, failed }) => !closed && !failed).map(({ trial }) => trial.label);
  return new Set(tried.map(({ trial }) => trial.label).filter((label) => !came.includes(label)));
}

/** The mean of the trials whose recipe is nearest. */
function expected(trial: Trial, metric: string, trials: readonly Trial[]): number {
  const distance = (other: Trial) =>
    other.label === trial.label ? -1 : Math.abs(bitsPerWeight(other.recipe!) - bitsPerWeight(trial.recipe!));
  const known = trials
    .filter(({ recipe }) => recipe !== null)
    .flatMap((other) => {
      const value = ratioOf(other, metric);
      return value === undefined ? [] : [{ value, away: distance(other) }];
    });
  const least = Math.min(...known.map(({ away }) => away));
  // In order of size: a sum depends on the order of what is added.
  const nearest = known.filter(({ away }) => away === least).map(({ value }) => value);
  nearest.sort((a, b) => a - b);
  return nearest.length === 0 ? 0 : nearest.reduce((sum, value) => sum + value) / nearest.length;
}

const ratioOf = ({ metrics }: Trial, metric: string): number | undefined =>
  metrics[metric]?.versusBaseline?.ratio.value;

/** Of the recipe's parts in the mean, each scale counted as 16 bits. */
function bitsPerWeight(recipe: Recipe): number {
  const parts = recipeParts(recipe).map(
    ({ bits, granularity }) => bits + (typeof granularity === 'object' ? 16 / granularity.group : 0),
  );
  return parts.reduce((sum, part) => sum + part) / parts.length;
}
