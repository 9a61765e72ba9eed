import type { Comparison, Estimate, Measurement, Metrics } from '../board/measurement.ts';

/** Share of the baseline's quality that is kept: value / baseline, the other way round where lower is better. */
export function recoveryOf(
  measurement: Pick<Measurement, 'higherIsBetter'>,
  { ratio }: Comparison,
): Estimate {
  if (measurement.higherIsBetter) return ratio;
  const inverse = (value: number) => (value === 0 ? Number.MAX_VALUE : 1 / value);
  return { value: inverse(ratio.value), low: inverse(ratio.high), high: inverse(ratio.low) };
}

/** A task that lost more than the mean over all tasks tells. */
export interface UnevenLoss {
  /** The task's first metric. */
  metric: string;
  recovery: Estimate;
  /** What the mean over all tasks keeps. */
  mean: number;
}

/** The chance of any false alarm among the tasks of a trial, by Holm. */
const LEVEL = 0.05;

/**
 * The tasks whose loss a mean over tasks hides, the greatest loss first: they fell for certain, also when it is counted
 * how many tasks were asked, and the interval of what they keep lies below what the mean keeps.
 */
export function unevenLosses(metrics: Metrics): UnevenLoss[] {
  const mean = metrics['recovery.mean']?.value;
  if (mean === undefined) return [];
  return Object.entries(metrics)
    .flatMap(([metric, measurement]) => {
      const { versusBaseline } = measurement;
      if ((versusBaseline?.adjustedPValue ?? 1) >= LEVEL) return [];
      const recovery = recoveryOf(measurement, versusBaseline!);
      return recovery.high < mean ? [{ metric, recovery, mean }] : [];
    })
    .sort((a, b) => a.recovery.value - b.recovery.value);
}
