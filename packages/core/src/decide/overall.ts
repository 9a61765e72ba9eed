import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Overall } from './decision.ts';
import { judge } from './judge.ts';
import { prefer } from './prefer.ts';

/**
 * Of the trials that are acceptable in every scenario the one that the objectives prefer, by its figures in the first
 * scenario.
 *
 * @param trials all of the model on the target that may be selected
 */
export function overall(
  campaign: Campaign,
  trials: readonly Trial[],
  place: { model: string; target: string },
): Overall {
  const { requirements, objectives, performance: scenarios } = campaign;
  const measured = trials.filter(({ status }) => status === 'measured');
  const baseline = measured.find(({ recipe }) => recipe === null)?.metrics;
  const acceptable = measured.filter(
    (trial) =>
      trial.artifact !== null &&
      scenarios.every(
        (scenario) => judge({ requirements, trial, baseline, scenario, scenarios }).result === 'pass',
      ),
  );
  const [scenario] = scenarios;
  const names = scenarios.map(({ name }) => name).join(', ');
  if (acceptable.length === 0 || scenario === undefined) {
    const because = `None of ${measured.length} measured versions surely meets every requirement in all of ${names}.`;
    return { ...place, trial: null, label: null, because };
  }
  const { id, label } = prefer({ trials: acceptable, objectives, scenario, scenarios }).winner;
  const met = `${acceptable.length} of ${measured.length} measured versions meet every requirement in all of ${names}`;
  const because = `${met}; of these the objectives prefer ${label}, by its figures for ${scenario.name}.`;
  return { ...place, trial: id, label, because };
}
