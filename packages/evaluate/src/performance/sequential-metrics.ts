import type { Comparison, Estimate, Measurement, Metrics } from '@quantloop/core';
import { meanInterval } from '../statistics/mean-interval.ts';
import { mean } from '../statistics/mean.ts';
import { quantile } from '../statistics/quantile.ts';
import { quantileInterval } from '../statistics/quantile-interval.ts';
import { ofSide, type Side } from './alternation.ts';
import { blocksOf, type Block } from './blocks.ts';
import type { SequentialSamples } from './performance-samples.ts';
import type { RequestTiming } from './request-timing.ts';
import { compareQuantiles, quantileByRequest } from './resampled-quantile.ts';
import { CONVENTION, PERCENTILES, TIMINGS } from './timings.ts';
import { compareTrimmed } from './trimmed-interval.ts';

/** The metrics of requests one after the other: single-stream in full, a batch by its medians and throughput. */
export function sequentialMetrics(samples: SequentialSamples): Metrics {
  const { load } = samples;
  const candidate = ofSide(samples.requests, 'candidate');
  const compared = ofSide(samples.requests, 'baseline').length > 0;
  const blocks = blocksOf(samples.requests, samples.machine);
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
        ...(compared && { versusBaseline: compare(blocks, timesOf, q) }),
      };
    }
  }
  const rates = {
    tokens_per_second: throughput(load.batch * load.newTokens, 'tokens/s', candidate, compared ? blocks : []),
    requests_per_second: throughput(load.batch, 'requests/s', candidate, compared ? blocks : []),
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
  blocks: readonly Block<RequestTiming>[],
  timesOf: (timing: RequestTiming) => readonly number[],
  q: number,
): Comparison {
  const times = (side: Side) => blocks.map((block) => block[side].flatMap(timesOf));
  const [ours, theirs] = [times('candidate'), times('baseline')];
  const pairs = pairsIn(blocks);
  if (q > 0.5) return { ...compareQuantiles(ours, theirs, q), pairs };
  const middle = (each: readonly number[]) => quantile(each, q);
  return { ...compareTrimmed(ours.map(middle), theirs.map(middle)), pairs };
}

const pairsIn = (blocks: readonly Block<RequestTiming>[]) =>
  blocks.reduce((sum, { candidate }) => sum + candidate.length, 0);

/**
 * What each request brings, per second of the time a model was serving: the other model's turns in between do not
 * count. Bounds from those of the mean request; no mean is below its smallest value.
 */
function throughput(
  amount: number,
  unit: string,
  candidate: readonly RequestTiming[],
  compared: readonly Block<RequestTiming>[],
): Measurement {
  const seconds = candidate.map((request) => request.seconds);
  const request = meanInterval(seconds);
  const rates = (side: Side) =>
    compared.map((block) => mean(block[side].map(({ seconds }) => amount / seconds)));
  return {
    value: amount / request.value,
    low: amount / request.high,
    high: amount / Math.max(request.low, Math.min(...seconds)),
    unit,
    n: seconds.length,
    higherIsBetter: true,
    convention: CONVENTION,
    ...(compared.length > 0 && {
      versusBaseline: { ...compareTrimmed(rates('candidate'), rates('baseline')), pairs: pairsIn(compared) },
    }),
  };
}
