import type { Comparison, Measurement, Metrics } from '@quantloop/core';

/**
 * How far a ratio to the baseline can be off, as a factor, where other work had its hands on the machine. The threads of one
 * model may share a core with it and those of the other not, all through a job: alternation does not cancel that, and the
 * intervals of a job know nothing of it. On two cores of which other work took a half, the time per token of one pair of models came
 * out as 0.29 and as 0.79 of the baseline's in two jobs: 1.6 times off the middle.
 */
const OFF = 1.6;

/** The metrics of a load that the machine disturbed to the end, with what alternation cannot tell in their comparisons. */
export const disturbedComparisons = (metrics: Metrics): Metrics =>
  Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, widened(metric)]));

function widened(metric: Measurement): Measurement {
  const { versusBaseline } = metric;
  return versusBaseline === undefined
    ? metric
    : { ...metric, versusBaseline: withinFactor(versusBaseline, metric.value) };
}

function withinFactor({ ratio, difference, ...rest }: Comparison, value: number): Comparison {
  const [low, high] = [ratio.low / OFF, ratio.high * OFF];
  const baseline = value - difference.value;
  return {
    difference: {
      value: difference.value,
      low: Math.min(difference.low, baseline * (low - 1)),
      high: Math.max(difference.high, baseline * (high - 1)),
    },
    ratio: { value: ratio.value, low, high },
    ...rest,
  };
}
