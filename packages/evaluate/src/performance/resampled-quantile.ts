import type { Comparison, Estimate } from '@quantloop/core';
import { quantileOfSorted } from '../statistics/quantile.ts';
import { REPLICATES, resample } from '../statistics/resample.ts';

/** The times of one kind, request by request: one a request (TTFT), or many (inter-token latencies). */
export type TimesByRequest = readonly (readonly number[])[];

/** The seed of all resampling here: the same timings give the same bounds. */
const SEED = 0;

/**
 * A quantile of all requests' times together, with its 95 % percentile interval from a bootstrap over requests: the
 * times within one request are not independent of each other.
 */
export function quantileByRequest(times: TimesByRequest, q: number): Estimate {
  const at = resampledQuantile(times, q);
  const replicates = new Float64Array(REPLICATES);
  resample({ n: times.length, seed: SEED, visit: (counts, r) => (replicates[r] = at(counts)) });
  return bounds(at(allOnce(times)), replicates);
}

/** Two models' quantiles compared; each replicate draws the same pairs of requests for both. */
export function compareQuantiles(candidate: TimesByRequest, baseline: TimesByRequest, q: number): Comparison {
  const ours = resampledQuantile(candidate, q);
  const theirs = resampledQuantile(baseline, q);
  const differences = new Float64Array(REPLICATES);
  const ratios = new Float64Array(REPLICATES);
  resample({
    n: candidate.length,
    seed: SEED,
    visit: (counts, r) => {
      const [a, b] = [ours(counts), theirs(counts)];
      differences[r] = a - b;
      ratios[r] = a / b;
    },
  });
  const [a, b] = [ours(allOnce(candidate)), theirs(allOnce(baseline))];
  return {
    difference: bounds(a - b, differences),
    ratio: bounds(a / b, ratios),
    pairs: candidate.length,
    test: 'paired-bootstrap',
  };
}

const allOnce = (times: TimesByRequest) => new Uint32Array(times.length).fill(1);

/**
 * The quantile (linear between order statistics, as numpy) of a resample, given how often each request was drawn.
 * Sorted once: a replicate only counts through, which keeps a thousand of them at a few milliseconds.
 */
function resampledQuantile(times: TimesByRequest, q: number): (counts: Uint32Array) => number {
  const all = times.flatMap((request, index) => request.map((time) => ({ time, index })));
  all.sort((a, b) => a.time - b.time);
  const sorted = Float64Array.from(all, ({ time }) => time);
  const request = Uint32Array.from(all, ({ index }) => index);
  const sizes = times.map(({ length }) => length);
  return (counts) => {
    const total = sizes.reduce((sum, size, i) => sum + size * counts[i]!, 0);
    const position = (total - 1) * q;
    const below = Math.floor(position);
    let seen = 0;
    let lower: number | undefined;
    for (let i = 0; i < sorted.length; i++) {
      seen += counts[request[i]!]!;
      if (lower === undefined && seen > below) lower = sorted[i]!;
      if (seen > below + 1) return lower! + (sorted[i]! - lower!) * (position - below);
    }
    return lower!;
  };
}

function bounds(value: number, replicates: Float64Array): Estimate {
  replicates.sort();
  return {
    value,
    low: Math.min(value, quantileOfSorted(replicates, 0.025)),
    high: Math.max(value, quantileOfSorted(replicates, 0.975)),
  };
}
