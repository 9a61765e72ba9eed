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

/** Mean, median and 99th percentile of the divergence, and how often both agree, with a bootstrap over windows. */
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
    top1_agreement: { ...(constant ? proportionInterval(total, n) : ratio(agreed)), ...agreement, n },
  });
}

/** The baseline against itself: zero by definition, nothing was sampled. */
export function selfDivergenceMetrics(): Metrics {
  const exact = (value: number) => ({ value, low: value, high: value, n: 0 });
  const zero = { ...exact(0), ...shared };
  return named({ mean: zero, median: zero, p99: zero, top1_agreement: { ...exact(1), ...agreement } });
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
