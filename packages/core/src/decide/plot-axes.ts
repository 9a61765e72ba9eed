import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import { limitsIn } from '../campaign/requirement.ts';
import { headline } from '../plan/scenario-metrics.ts';
import type { Axis } from './front.ts';
import { isQuality } from './is-quality.ts';

/**
 * The pairs of axes a campaign is looked at by: quality against the headline metric of each scenario, and against size.
 * Quality is the first fidelity metric that the requirements limit, else the first one measured.
 */
export function plotAxes(campaign: Campaign, trials: readonly Trial[]): [Axis, Axis][] {
  const quality = qualityAxis(campaign, trials);
  if (quality === undefined) return [];
  const costs: Axis[] = [
    ...campaign.performance.map((scenario) => {
      const { name, higherIsBetter } = headline(scenario);
      return { metric: name, higherIsBetter };
    }),
    { metric: 'model.bytes', higherIsBetter: false },
  ];
  return costs.map((cost) => [quality, cost]);
}

function qualityAxis(campaign: Campaign, trials: readonly Trial[]): Axis | undefined {
  const reference = trials.find((trial) => trial.recipe === null) ?? trials[0];
  if (reference === undefined) return undefined;
  const measured = Object.keys(reference.metrics).filter((metric) => isQuality(metric, campaign.performance));
  const limited = limitsIn(campaign.requirements)
    .map(({ metric }) => metric)
    .find((metric) => measured.includes(metric));
  measured.sort();
  // How answers look says less of quality than any score.
  const metric = limited ?? measured.find((name) => !name.startsWith('prompts.')) ?? measured[0];
  return metric === undefined
    ? undefined
    : { metric, higherIsBetter: reference.metrics[metric]!.higherIsBetter };
}
