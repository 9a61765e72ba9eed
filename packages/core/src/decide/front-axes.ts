import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import { SPEED } from '../plan/known-metrics.ts';
import { headline } from '../plan/scenario-metrics.ts';
import type { Axis } from './front.ts';
import { plotAxes } from './plot-axes.ts';

/** The axes of each front that a campaign shows: those it names, else the pairs it is looked at by. */
export function frontAxes(campaign: Campaign, trials: readonly Trial[]): Axis[][] {
  const named = namedFronts(campaign);
  if (named === undefined) return plotAxes(campaign, trials);
  return named.map((metrics) =>
    metrics.map((metric) => {
      const measured = trials.find((trial) => trial.metrics[metric] !== undefined)?.metrics[metric];
      return { metric, higherIsBetter: measured?.higherIsBetter ?? true };
    }),
  );
}

/** The metrics of each front that the campaign names; one for each scenario where `speed` is among them. */
export function namedFronts({ front, performance }: Campaign): string[][] | undefined {
  return front?.flatMap((metrics) =>
    metrics.includes(SPEED)
      ? performance.map((scenario) =>
          metrics.map((metric) => (metric === SPEED ? headline(scenario).name : metric)),
        )
      : [metrics],
  );
}
