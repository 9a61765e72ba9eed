import type { Estimate, Measurement, Metrics } from '@quantloop/core';
import { corpusInterval, ratioStatistic } from '../../statistics/corpus-statistic.ts';
import { proportionInterval } from '../../statistics/proportion-interval.ts';
import { quantile } from '../../statistics/quantile.ts';
import { REPLICATES, resample } from '../../statistics/resample.ts';
import type { DivergenceItems } from '../fidelity-items.ts';
import { WINDOW } from './token-windows.ts';

const shared = {
  unit: 'nats',
  higherIsBetter: false,
  convention: `kl(baseline||candidate) per token, windows of ${WINDOW}`,
};
const agreement = {
  unit: 'fraction',
  higherIsBetter: true,
  convention: `top-1 agreement with baseline, windows of ${WINDOW}`,
};

const shiftOf = {
  unit: 'fraction',
  higherIsBetter: true,
  convention: `probability of the text's next token, candidate − baseline, windows of ${WINDOW}`,
};

/**
 * Mean, median and 99th percentile of the divergence, how often both agree, and mean and root mean square of the change
 * of the actual token's probability, with a bootstrap over windows.
 */
export function divergenceMetrics(items: DivergenceItems, seed: number): Metrics {
  const { windows } = items;
  const sizes = windows.map(({ divergence }) => divergence.length);
  const n = sizes.reduce((sum, size) => sum + size, 0);
  const sums = windows.map(({ divergence }) => divergence.reduce((sum, value) => sum + value, 0));
  const agreed = windows.map((window) => window.agreed);
  const ratio = (numerators: number[]) =>
    corpusInterval(ratioStatistic({ numerators, denominators: sizes }), seed);
  const [median, p99] = pooledQuantiles(items, [0.5, 0.99], seed);
  const total = agreed.reduce((sum, value) => sum + value, 0);
  // Where nothing varies between windows a bootstrap has no width, though the tokens are but a sample.
  const constant = windows.length === 1 || total === 0 || total === n;
  return named({
    mean: { ...ratio(sums), ...shared, n },
    median: { ...median!, ...shared, n },
    p99: { ...p99!, ...shared, n },
    ...shiftMetrics(items, seed),
    top1_agreement: { ...(constant ? proportionInterval(total, n) : ratio(agreed)), ...agreement, n },
  });
}

function shiftMetrics({ windows }: DivergenceItems, seed: number): Record<string, Measurement> {
  const denominators = windows.map(({ shift }) => shift.length);
  const n = denominators.reduce((sum, size) => sum + size, 0);
  // Windows of a single token have no next one.
  if (n === 0) return {};
  const sumsOf = (value: (shift: number) => number) =>
    windows.map(({ shift }) => shift.reduce((sum, one) => sum + value(one), 0));
  const over = (numerators: number[], transform: (ratio: number) => number) =>
    corpusInterval(ratioStatistic({ numerators, denominators, transform }), seed);
  return {
    probability_shift: {
      ...over(
        sumsOf((one) => one),
        (mean) => mean,
      ),
      ...shiftOf,
      n,
    },
    probability_shift_rms: {
      ...over(
        sumsOf((one) => one * one),
        Math.sqrt,
      ),
      ...shiftOf,
      higherIsBetter: false,
      n,
    },
  };
}

/** The baseline against itself: zero by definition, nothing was sampled. */
export function selfDivergenceMetrics(): Metrics {
  const exact = (value: number) => ({ value, low: value, high: value, n: 0 });
  const zero = { ...exact(0), ...shared };
  const still = { ...exact(0), ...shiftOf };
  return named({
    probability_shift: still,
    probability_shift_rms: { ...still, higherIsBetter: false },
    mean: zero,
    median: zero,
    p99: zero,
    top1_agreement: { ...exact(1), ...agreement },
  });
}

function named(measurements: Record<string, Measurement>): Metrics {
  return Object.fromEntries(
    Object.entries(measurements).map(([name, value]) => [`kl-divergence.${name}`, value]),
  );
}

/** Quantiles over all tokens; each replicate draws windows. Tokens are sorted once and walked with the drawn counts. */
function pooledQuantiles({ windows }: DivergenceItems, qs: readonly number[], seed: number): Estimate[] {
  const tokens = windows
    .flatMap(({ divergence }, window) => divergence.map((value) => ({ value, window })))
    .sort((a, b) => a.value - b.value);
  const values = qs.map((q) =>
    quantile(
      tokens.map(({ value }) => value),
      q,
    ),
  );
  if (windows.length <= 1) return values.map((value) => ({ value, low: value, high: value }));
  const replicates = qs.map(() => new Float64Array(REPLICATES));
  resample({
    n: windows.length,
    seed,
    visit: (counts, replicate) => {
      const total = windows.reduce((sum, { divergence }, i) => sum + counts[i]! * divergence.length, 0);
      let seen = 0;
      let next = 0;
      for (const { value, window } of tokens) {
        seen += counts[window]!;
        while (next < qs.length && seen >= qs[next]! * total) replicates[next++]![replicate] = value;
        if (next === qs.length) break;
      }
    },
  });
  return values.map((value, i) => ({
    value,
    low: Math.min(value, quantile(replicates[i]!, 0.025)),
    high: Math.max(value, quantile(replicates[i]!, 0.975)),
  }));
}
