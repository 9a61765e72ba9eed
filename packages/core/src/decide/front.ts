import type { Estimate } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import { estimatesOn } from './estimates-on.ts';
import { undominated } from './undominated.ts';

/** One axis of a front. */
export interface Axis {
  metric: string;
  higherIsBetter: boolean;
}

/** What of a trial decides whether it lies on a front. */
export type Placed = Pick<Trial, 'recipe' | 'metrics'>;

/**
 * The trials that no other trial beats by their values: at least as good on every axis and better on one. Trials that
 * lack a metric of the axes are not on the front; equal trials are both on it. Keeps the order given.
 */
export function paretoFront<T extends Placed>(trials: readonly T[], axes: readonly Axis[]): T[] {
  return frontBy(trials, axes, (metric) =>
    trials.map(({ metrics }) => {
      const value = metrics[metric]?.value;
      return value === undefined ? undefined : { value, low: value, high: value };
    }),
  );
}

/**
 * The front where a difference within the noise counts as none: a trial leaves it when another is better on one axis by
 * more than both intervals, and itself by so much on no axis. Trials of one model and target, compared by their ratios to the
 * baseline where all have them. It may hold a trial that the strict front leaves out by a hair, and lack one that is ahead
 * by a hair. Over three axes or more the relation can go in a circle; then all that are in it leave.
 */
export function frontWithinNoise<T extends Placed>(trials: readonly T[], axes: readonly Axis[]): T[] {
  return frontBy(trials, axes, (metric) => estimatesOn(trials, metric));
}

function frontBy<T>(
  trials: readonly T[],
  axes: readonly Axis[],
  estimates: (metric: string) => (Estimate | undefined)[],
): T[] {
  const columns = axes.map(({ metric, higherIsBetter }) => ({ seen: estimates(metric), higherIsBetter }));
  const placed = trials.flatMap((trial, i) => {
    const scores = columns.map(({ seen, higherIsBetter }) => scoreOf(seen[i], higherIsBetter));
    return scores.every((score) => score !== undefined) ? [{ trial, scores }] : [];
  });
  return undominated(placed.map(({ scores }) => scores)).map((i) => placed[i]!.trial);
}

/** As an interval of which more is better. */
function scoreOf(estimate: Estimate | undefined, higherIsBetter: boolean) {
  if (estimate === undefined || !Number.isFinite(estimate.low) || !Number.isFinite(estimate.high)) return;
  const { low, high } = estimate;
  return higherIsBetter ? { low, high } : { low: -high, high: -low };
}
