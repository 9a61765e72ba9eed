import type { Trial } from '../board/trial.ts';

/** One axis of a front. */
export interface Axis {
  metric: string;
  higherIsBetter: boolean;
}

/**
 * The trials that no other trial beats: at least as good on every axis and better on one. Trials that lack a metric of
 * the axes, or failed, are not on the front. Equal trials are both on it. Sort-free O(n·front) scan; keeps the order given.
 */
export function paretoFront<T extends Pick<Trial, 'metrics'>>(
  trials: readonly T[],
  axes: readonly Axis[],
): T[] {
  const points = trials
    .map((trial) => ({ trial, scores: scoresOn(trial, axes) }))
    .filter((point): point is Point<T> => point.scores !== undefined);
  const front: Point<T>[] = [];
  for (const point of points) {
    if (front.some((other) => dominates(other.scores, point.scores))) continue;
    for (let i = front.length - 1; i >= 0; i -= 1) {
      if (dominates(point.scores, front[i]!.scores)) front.splice(i, 1);
    }
    front.push(point);
  }
  return front.map((point) => point.trial);
}

interface Point<T> {
  trial: T;
  /** One per axis, larger is better. */
  scores: number[];
}

function scoresOn(trial: Pick<Trial, 'metrics'>, axes: readonly Axis[]): number[] | undefined {
  const scores: number[] = [];
  for (const { metric, higherIsBetter } of axes) {
    const value = trial.metrics[metric]?.value;
    if (value === undefined || !Number.isFinite(value)) return undefined;
    scores.push(higherIsBetter ? value : -value);
  }
  return scores;
}

function dominates(a: readonly number[], b: readonly number[]): boolean {
  return a.every((score, i) => score >= b[i]!) && a.some((score, i) => score > b[i]!);
}
