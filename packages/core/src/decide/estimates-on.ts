import type { Estimate } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';

const AT_BASELINE: Estimate = { value: 1, low: 1, high: 1 };

/**
 * What trials of one model and target have on a metric, in their order, to compare them by; undefined where one was not
 * measured. It is the ratio to the baseline where every trial has one: drift between jobs cancels in it.
 */
export function estimatesOn(
  trials: readonly Pick<Trial, 'recipe' | 'metrics'>[],
  metric: string,
): (Estimate | undefined)[] {
  const paired = trials.every(
    ({ recipe, metrics }) =>
      recipe === null || metrics[metric] === undefined || metrics[metric].versusBaseline !== undefined,
  );
  return trials.map(({ recipe, metrics }) => {
    const measurement = metrics[metric];
    if (measurement === undefined || !paired) return measurement;
    return recipe === null ? AT_BASELINE : measurement.versusBaseline!.ratio;
  });
}
