import type { Estimate, Measurement } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';

const AT_BASELINE: Estimate = { value: 1, low: 1, high: 1 };

/** Units of what a clock told. */
const TIMED = ['s', 'tokens/s', 'requests/s'];

/**
 * Timings of two jobs that differ by so much, as a share, are not told apart, whatever their intervals say. Each alternated
 * with the baseline in a job of its own, and other work does not slow all versions alike: a short interval says how well a
 * ratio is known under the load of that minute. A difference of 5 % in speed counts as none for the field, too.
 */
const BETWEEN_JOBS = 0.05;

/**
 * What trials of one model and target have on a metric, to compare them by; undefined where one was not measured. It is
 * the ratio to the baseline where every trial has one: drift between jobs cancels in it.
 *
 * @param trials all that are compared
 */
export function estimateOn<T extends Pick<Trial, 'recipe' | 'metrics'>>(
  trials: readonly T[],
  metric: string,
): (trial: T) => Estimate | undefined {
  const paired = trials.every(
    ({ recipe, metrics }) =>
      recipe === null || metrics[metric] === undefined || metrics[metric].versusBaseline !== undefined,
  );
  return ({ recipe, metrics }) => {
    const measurement = metrics[metric];
    if (measurement === undefined) return undefined;
    if (paired && recipe === null) return AT_BASELINE;
    return acrossJobs(paired ? measurement.versusBaseline!.ratio : measurement, measurement);
  };
}

/** The same of each of the trials, in their order. */
export const estimatesOn = (
  trials: readonly Pick<Trial, 'recipe' | 'metrics'>[],
  metric: string,
): (Estimate | undefined)[] => trials.map(estimateOn(trials, metric));

function acrossJobs({ value, low, high }: Estimate, { unit }: Measurement): Estimate {
  if (!TIMED.includes(unit)) return { value, low, high };
  const half = betweenJobs(value);
  return { value, low: low - half, high: high + half };
}

/** What no repetition takes from the half width of a timing: half of what counts as none is each one's. */
export const betweenJobs = (value: number): number => (BETWEEN_JOBS / 2) * Math.abs(value);
