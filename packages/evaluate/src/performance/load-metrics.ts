import type { Comparison, Estimate, Measurement, Metrics } from '@quantloop/core';
import { meanInterval } from '../statistics/mean-interval.ts';
import { quantile } from '../statistics/quantile.ts';
import { quantileInterval } from '../statistics/quantile-interval.ts';
import { requestsOf } from './measure-load.ts';
import type { LoadSamples } from './performance-samples.ts';
import { tpot, type RequestTiming } from './request-timing.ts';
import { compareQuantiles, quantileByRequest } from './resampled-quantile.ts';
import { compareTrimmed } from './trimmed-interval.ts';

/** The definitions of `vllm bench serve`: TTFT, TPOT, ITL, output tokens per second, percentiles as numpy. */
export const CONVENTION = 'vllm-benchmark';

/** What is timed, request by request. */
const TIMINGS: Record<'ttft' | 'tpot' | 'itl', (timing: RequestTiming) => readonly number[]> = {
  ttft: (timing) => [timing.ttft],
  tpot: (timing) => [tpot(timing)],
  itl: (timing) => timing.itl,
};
const PERCENTILES = { p50: 0.5, p90: 0.9, p99: 0.99 };

/** The metrics of one load: single-stream in full, a batch by its medians and throughput. */
export function loadMetrics(samples: LoadSamples): Metrics {
  const { load } = samples;
  const candidate = requestsOf(samples.requests, 'candidate');
  const baseline = requestsOf(samples.requests, 'baseline');
  const metrics: Metrics = {};
  for (const [timing, timesOf] of Object.entries(TIMINGS)) {
    for (const [percentile, q] of Object.entries(PERCENTILES)) {
      if (load.kind === 'offline' && (q > 0.5 || timing === 'itl')) continue;
      const ours = candidate.map(timesOf);
      metrics[`${load.name}.${timing}.${percentile}`] = {
        ...interval(ours, q),
        unit: 's',
        n: ours.length,
        higherIsBetter: false,
        convention: CONVENTION,
        ...(baseline.length > 0 && { versusBaseline: compare(ours, baseline.map(timesOf), q) }),
      };
    }
  }
  const rate = throughput(load.batch * load.newTokens, candidate, baseline);
  metrics[`${load.name}.tokens_per_second`] = rate;
  if (load.largestBatch) metrics[`${load.scenario}.tokens_per_second`] = rate;
  return metrics;
}

function interval(times: readonly (readonly number[])[], q: number): Estimate {
  return times.every(({ length }) => length === 1)
    ? quantileInterval(times.flat(), q)
    : quantileByRequest(times, q);
}

/** The middle by pairs, which a disturbed request cannot sway; the tails by resampling, since they are the outliers. */
function compare(
  ours: readonly (readonly number[])[],
  theirs: readonly (readonly number[])[],
  q: number,
): Comparison {
  if (q > 0.5) return compareQuantiles(ours, theirs, q);
  const middle = (times: readonly (readonly number[])[]) => times.map((request) => quantile(request, q));
  return compareTrimmed(middle(ours), middle(theirs));
}

/**
 * Output tokens per second over the time a model was serving: the other model's turns in between do not count.
 * Bounds from those of the mean request; no mean is below its smallest value.
 */
function throughput(tokens: number, candidate: RequestTiming[], baseline: RequestTiming[]): Measurement {
  const seconds = candidate.map((request) => request.seconds);
  const mean = meanInterval(seconds);
  const rates = (requests: RequestTiming[]) => requests.map((request) => tokens / request.seconds);
  return {
    value: tokens / mean.value,
    low: tokens / mean.high,
    high: tokens / Math.max(mean.low, Math.min(...seconds)),
    unit: 'tokens/s',
    n: seconds.length,
    higherIsBetter: true,
    convention: CONVENTION,
    ...(baseline.length > 0 && { versusBaseline: compareTrimmed(rates(candidate), rates(baseline)) }),
  };
}
