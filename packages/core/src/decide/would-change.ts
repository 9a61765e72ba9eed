import { formatValue } from '../board/format-value.ts';
import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Selection, WouldChange } from './decision.ts';
import { asked, prefer } from './prefer.ts';
import { objectiveChain } from './read-objective.ts';
import { smallestRelaxation } from './relax.ts';
import { showObserved } from './show-observed.ts';

const COMPARATIVE = { smallest: 'smaller', largest: 'larger', best: 'better' };

/**
 * The smallest relaxation that admits a trial which the first objective prefers to the selected one by more than the
 * noise; undefined where there is none.
 *
 * @param trials all of the selection's model and target that may be selected
 */
export function wouldChange(
  campaign: Campaign,
  trials: readonly Trial[],
  selection: Pick<Selection, 'scenario' | 'trial'>,
): WouldChange | undefined {
  const { performance: scenarios, objectives } = campaign;
  const scenario = scenarios.find(({ name }) => name === selection.scenario)!;
  const winner = trials.find(({ id }) => id === selection.trial)!;
  const [first] = objectiveChain(objectives);
  const { name, direction, metrics } = asked(first!, scenario);
  const preferred = (trial: Trial): boolean => {
    if (trial === winner || metrics.some((metric) => winner.metrics[metric] === undefined)) return false;
    const [step] = prefer({ trials: [winner, trial], objectives, scenario, scenarios }).steps;
    return step?.name === name && step.tied.length === 1 && step.tied[0] === trial;
  };
  const relaxation = smallestRelaxation(campaign, trials, scenario.name, preferred);
  if (relaxation === undefined) return undefined;
  const { trial: id, label, changes } = relaxation;
  const better = trials.find((trial) => trial.id === id)!;
  const shown = (trial: Trial) =>
    metrics
      .map((metric) => formatValue(trial.metrics[metric]!.value, trial.metrics[metric]!.unit))
      .join(', ');
  const each = changes.map(
    (change) =>
      `${change.metric} "${change.requirement}" became ${showObserved(change.to, change, better.metrics[change.metric]?.unit)}`,
  );
  const than = `${COMPARATIVE[direction]} ${name} (${shown(better)} against ${shown(winner)})`;
  return {
    ...{ trial: id, label, changes },
    because: `If ${each.join(' and ')}, ${label} would be acceptable, with the ${than}.`,
  };
}
