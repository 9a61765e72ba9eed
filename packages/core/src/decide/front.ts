import type { Trial } from '../board/trial.ts';
import { estimateOn } from './estimates-on.ts';
import { type Column, undominated } from './undominated.ts';

/** One axis of a front. */
export interface Axis {
  metric: string;
  higherIsBetter: boolean;
}

/** What of a trial decides whether it lies on a front. */
export type Placed = Pick<Trial, 'recipe' | 'metrics'>;

/** The fronts of some trials; trials keep the order given. */
export interface Fronts<T> {
  /**
   * The trials that no other trial beats by their values: at least as good on every axis and better on one. Trials that
   * lack a metric of the axes are not on the front; equal trials are both on it.
   */
  strict: (axes: readonly Axis[]) => T[];
  /**
   * The front where a difference within the noise counts as none: a trial leaves it when another is better on one axis
   * by more than both intervals, and itself by so much on no axis. It may hold a trial that the strict front leaves out
   * by a hair, and lack one that is ahead by a hair. Over three axes or more the relation can go in a circle; then all
   * that are in it leave.
   */
  withinNoise: (axes: readonly Axis[]) => T[];
}

export interface FrontsOptions<T> {
  /** Whether a trial's metric has a place on an axis. @default always */
  counts?: (trial: T, metric: string) => boolean;
}

/**
 * Draws fronts of trials of one model and target, over any axes; each metric is read once. Intervals are those of the
 * ratios to the baseline where all trials have them.
 */
export function frontsOf<T extends Placed>(
  trials: readonly T[],
  { counts = () => true }: FrontsOptions<T> = {},
): Fronts<T> {
  const read = new Map<string, Scores>();
  const scoresOn = ({ metric, higherIsBetter }: Axis): Scores => {
    const name = `${higherIsBetter ? '+' : '-'}${metric}`;
    const known = read.get(name);
    if (known !== undefined) return known;
    const scores = readScores(trials, metric, { sign: higherIsBetter ? 1 : -1, counts });
    read.set(name, scores);
    return scores;
  };
  const frontOver = (columns: readonly Column[]): T[] => {
    const placed = [...trials.keys()].filter((i) =>
      columns.every(({ low, high }) => Number.isFinite(low[i]) && Number.isFinite(high[i])),
    );
    return undominated(columns, placed).map((i) => trials[i]!);
  };
  return {
    strict: (axes) => frontOver(axes.map((axis) => scoresOn(axis).exact)),
    withinNoise: (axes) => frontOver(axes.map((axis) => scoresOn(axis).noisy)),
  };
}

/** What trials have on an axis, of which more is better; not a number where nothing is known or counts. */
interface Scores {
  exact: Column;
  noisy: Column;
}

function readScores<T extends Placed>(
  trials: readonly T[],
  metric: string,
  { sign, counts }: { sign: 1 | -1; counts: (trial: T, metric: string) => boolean },
): Scores {
  const [value, low, high] = [0, 0, 0].map(() => new Float64Array(trials.length).fill(NaN)) as Ends;
  const estimate = estimateOn(trials, metric);
  for (let i = 0; i < trials.length; i += 1) {
    const trial = trials[i]!;
    const range = estimate(trial);
    if (range === undefined || !counts(trial, metric)) continue;
    value[i] = sign * trial.metrics[metric]!.value;
    low[i] = sign === 1 ? range.low : -range.high;
    high[i] = sign === 1 ? range.high : -range.low;
  }
  return { exact: { low: value, high: value }, noisy: { low, high } };
}

type Ends = [Float64Array, Float64Array, Float64Array];
