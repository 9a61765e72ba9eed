import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { RoundProgress } from './decision.ts';
import { type Axis, frontsOf } from './front.ts';
import { frontAxes } from './front-axes.ts';
import { hypervolume } from './hypervolume.ts';
import { isEvidence } from './is-evidence.ts';

/** How far each front had come after each round, with all trials measured up to then. */
export function frontProgress(campaign: Campaign, trials: readonly Trial[]): RoundProgress[] {
  return campaign.models.flatMap(({ id: model }) =>
    campaign.targets.flatMap(({ id: target }) => {
      const measured = trials.filter(
        (trial) => trial.model === model && trial.target === target && trial.status === 'measured',
      );
      return frontAxes(campaign, measured).flatMap((axes) => {
        const placed = measured.filter((trial) =>
          axes.every(({ metric }) => Number.isFinite(valueOf(trial, metric, campaign))),
        );
        return advance(placed, axes).map((each) => ({ model, target, axes: namesOf(axes), ...each }));
      });
    }),
  );
}

const namesOf = (axes: readonly Axis[]): string[] => axes.map(({ metric }) => metric);

const valueOf = (trial: Trial, metric: string, campaign: Campaign): number | undefined =>
  isEvidence(trial, metric, campaign) ? trial.metrics[metric]?.value : undefined;

function advance(
  trials: readonly Trial[],
  axes: readonly Axis[],
): Pick<RoundProgress, 'round' | 'trials' | 'hypervolume'>[] {
  const scales = axes.map((axis) => scaleOf(trials, axis));
  const rounds = [...new Set(trials.map(({ round }) => round))].filter((round) => round > 0);
  return rounds
    .sort((a, b) => a - b)
    .map((round) => {
      const front = frontsOf(trials.filter((trial) => trial.round <= round)).strict(axes);
      return {
        round,
        trials: trials.filter((trial) => trial.round === round).length,
        // Sums of parts may exceed the whole by an ulp.
        hypervolume: Math.min(1, hypervolume(front.map((trial) => scales.map((scale) => scale(trial))))),
      };
    });
}

/** From the worst value on an axis, 0, to the best, 1. */
function scaleOf(trials: readonly Trial[], { metric, higherIsBetter }: Axis): (trial: Trial) => number {
  const value = (trial: Trial) => trial.metrics[metric]!.value;
  const low = trials.reduce((least, trial) => Math.min(least, value(trial)), Infinity);
  const high = trials.reduce((most, trial) => Math.max(most, value(trial)), -Infinity);
  if (low === high) return () => 1;
  return (trial) => (higherIsBetter ? value(trial) - low : high - value(trial)) / (high - low);
}
