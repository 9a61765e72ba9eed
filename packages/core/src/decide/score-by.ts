import type { Estimate } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import type { Objective } from '../campaign/campaign-file.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { estimatesOn } from './estimates-on.ts';
import { measuredAs, readObjective } from './read-objective.ts';

type Scores = (Estimate | undefined)[];

/**
 * What trials of one model and target are worth by an objective, in their order; the smaller the better. Undefined where
 * it was not measured, or where a weighted metric is not above zero and so has no logarithm.
 */
export function scoreBy(objective: Objective, trials: readonly Trial[], scenario: Scenario): Scores {
  if ('weighted' in objective) return weigh(objective.weighted, trials, scenario);
  if ('knee' in objective) return kneeScores(objective.knee, trials, scenario);
  const { metric, smallest } = readObjective(objective, scenario);
  return estimatesOn(trials, metric).map((estimate) => estimate && (smallest ? estimate : negated(estimate)));
}

/**
 * Σ weight · ln(value / baseline), with a minus where higher is better: the logarithm of a weighted geometric mean of
 * ratios. Where ratios are not known of all trials the values stand for them, which moves all scores alike. Half widths
 * add in squares.
 */
function weigh(weights: Record<string, number>, trials: readonly Trial[], scenario: Scenario): Scores {
  const columns = Object.entries(weights).map(([written, weight]) => {
    const metric = measuredAs(written, scenario);
    const higher = higherIsBetter(metric, trials);
    return estimatesOn(trials, metric).map((estimate) => {
      const scaled = estimate && map(estimate, (value) => weight * Math.log(Math.max(0, value)));
      return scaled && (higher ? negated(scaled) : scaled);
    });
  });
  return trials.map((_, i) => {
    const parts = columns.map((column) => column[i]);
    if (!parts.every((part) => part !== undefined && Number.isFinite(part.value))) return undefined;
    const known = parts as Estimate[];
    const value = known.reduce((sum, part) => sum + part.value, 0);
    return {
      value,
      low: value - Math.hypot(...known.map((part) => part.value - part.low)),
      high: value + Math.hypot(...known.map((part) => part.high - part.value)),
    };
  });
}

/**
 * How far a trial lies behind the chord between the ends of the front over two metrics, each scaled to [0, 1] between
 * those ends, smaller is better (the knee of Satopää et al. 2011, "Finding a 'Kneedle' in a Haystack"). With the ends at
 * (0, 1) and (1, 0) the distance is that of x + y from 1, whose best trial is always on the front. The bounds are the
 * corners of both intervals, the ends themselves taken by their values.
 */
function kneeScores(knee: readonly string[], trials: readonly Trial[], scenario: Scenario): Scores {
  const [xs, ys] = knee.map((written) => {
    const metric = measuredAs(written, scenario);
    const higher = higherIsBetter(metric, trials);
    return estimatesOn(trials, metric).map((each) => each && (higher ? negated(each) : each));
  }) as [Scores, Scores];
  const points = trials.map((_, i) => {
    const [x, y] = [xs[i], ys[i]];
    return x && y && Number.isFinite(x.value) && Number.isFinite(y.value) ? { x, y } : undefined;
  });
  const placed = points.filter((point) => point !== undefined);
  if (placed.length === 0) return points.map(() => undefined);
  const first = placed.reduce((a, b) => (before(a.x, a.y, b.x, b.y) ? a : b));
  const last = placed.reduce((a, b) => (before(a.y, a.x, b.y, b.x) ? a : b));
  // A front of one trial has no chord: the spread of all trials scales the axes.
  const single = first.x.value === last.x.value;
  const across = (axis: 'x' | 'y') => Math.max(...placed.map((each) => each[axis].value));
  const width = (single ? across('x') : last.x.value) - first.x.value || 1;
  const height = (single ? across('y') : first.y.value) - last.y.value || 1;
  return points.map((point) => {
    if (point === undefined) return undefined;
    const at = (end: keyof Estimate) =>
      (point.x[end] - first.x.value) / width + (point.y[end] - last.y.value) / height;
    return { value: at('value'), low: at('low'), high: at('high') };
  });
}

const before = (a: Estimate, thenA: Estimate, b: Estimate, thenB: Estimate): boolean =>
  a.value < b.value || (a.value === b.value && thenA.value <= thenB.value);

const higherIsBetter = (metric: string, trials: readonly Trial[]): boolean =>
  trials.some(({ metrics }) => metrics[metric]?.higherIsBetter === true);

const negated = ({ value, low, high }: Estimate): Estimate => ({ value: -value, low: -high, high: -low });

const map = ({ value, low, high }: Estimate, by: (value: number) => number): Estimate => ({
  value: by(value),
  low: by(low),
  high: by(high),
});
