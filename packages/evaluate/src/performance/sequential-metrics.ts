import type { Comparison, Estimate, Measurement, Metrics } from '@quantloop/core';
import { meanInterval } from '../statistics/mean-interval.ts';
import { quantile } from '../statistics/quantile.ts';
import { quantileInterval } from '../statistics/quantile-interval.ts';
import { ofSide } from './alternation.ts';
import type { SequentialSamples } from './performance-samples.ts';
import type { RequestTiming } from './request-timing.ts';
import { compareQuantiles, quantileByRequest } from './resampled-quantile.ts';
import { CONVENTION, PERCENTILES, TIMINGS } from './timings.ts';
import { compareTrimmed } from './trimmed-interval.ts';

/** The metrics of requests one after the other: single-stream in full, a batch by its medians and throughput. */
export function sequentialMetrics(samples: SequentialSamples): Metrics {
  const { load } = samples;
  const candidate = ofSide(samples.requests, 'candidate');
  const baseline = ofSide(samples.requests, 'baseline');
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
  const rates = {
    tokens_per_second: throughput(load.batch * load.newTokens, 'tokens/s', candidate, baseline),
    requests_per_second: throughput(load.batch, 'requests/s', candidate, baseline),
  };
  for (const [rate, measurement] of Object.entries(rates)) {
    metrics[`${load.name}.${rate}`] = measurement;
    if (load.largestBatch) metrics[`${load.scenario}.${rate}`] = measurement;
  }
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
 * What each request brings, per second of the time a model was serving: the other model's turns in between do not
 * count. Bounds from those of the mean request; no mean is below its smallest value.
 */
function throughput(
  amount: number,
  unit: string,
  candidate: RequestTiming[],
  baseline: RequestTiming[],
): Measurement {
  const seconds = candidate.map((request) => request.seconds);
  const mean = meanInterval(seconds);
  const rates = (requests: RequestTiming[]) => requests.map((request) => amount / request.seconds);
  return {
    value: amount / mean.value,
    low: amount / mean.high,
    high: amount / Math.max(mean.low, Math.min(...seconds)),
    unit,
    n: seconds.length,
    higherIsBetter: true,
    convention: CONVENTION,
    ...(baseline.length > 0 && { versusBaseline: compareTrimmed(rates(candidate), rates(baseline)) }),
  };
}
