import type { Comparison, Estimate, Measurement } from '../board/measurement.ts';
import type { LimitKind } from '../campaign/requirement.ts';
import { recoveryOf } from './recovery.ts';

/** What a limit looks at: an estimate that must lie on one side of it. */
export interface Observation {
  observed: Estimate;
  /** The absolute value of the metric at which the limit is met exactly; null where no baseline fixes one. */
  gate: (limit: number) => number;
}

export interface ObserveOptions {
  kind: LimitKind;
  /** The limit was written in per cent: differences are relative to the baseline. */
  relative: boolean;
  candidate: Measurement;
  baseline: Measurement | undefined;
}

/** Turns a limit of any kind into an observation. Relative kinds need a baseline: undefined without one. */
export function observe(options: ObserveOptions): Observation | undefined {
  const { kind, relative, candidate, baseline } = options;
  if (kind === 'min' || kind === 'max') {
    const { value, low, high } = candidate;
    return {
      observed: { value, low, high },
      gate: (limit) => limit,
    };
  }
  if (baseline === undefined) return undefined;
  const comparison = compare(candidate, baseline);
  const { difference, ratio } = comparison;
  const base = baseline.value;
  switch (kind) {
    case 'maxDrop':
      return {
        observed: relative ? map(ratio, (r) => 1 - r) : map(difference, (d) => -d),
        gate: (limit) => (relative ? base * (1 - limit) : base - limit),
      };
    case 'maxIncrease':
      return {
        observed: relative ? map(ratio, (r) => r - 1) : difference,
        gate: (limit) => (relative ? base * (1 + limit) : base + limit),
      };
    case 'minRecovery':
      return {
        observed: recoveryOf(candidate, comparison),
        gate: (limit) => (candidate.higherIsBetter ? base * limit : base / limit),
      };
    case 'maxRatio':
      return { observed: ratio, gate: (limit) => base * limit };
    case 'minSpeedup':
      return candidate.higherIsBetter
        ? { observed: ratio, gate: (limit) => base * limit }
        : { observed: map(ratio, (r) => 1 / r), gate: (limit) => base / limit };
  }
}

/**
 * Candidate against baseline: paired where the measurement was, else by interval arithmetic on the two intervals,
 * which is wider than a paired interval and never narrower than the truth allows.
 */
export function compare(candidate: Measurement, baseline: Measurement): Comparison {
  if (candidate === baseline) return ITSELF;
  if (candidate.versusBaseline !== undefined) return candidate.versusBaseline;
  return {
    difference: {
      value: candidate.value - baseline.value,
      low: candidate.low - baseline.high,
      high: candidate.high - baseline.low,
    },
    ratio: {
      value: candidate.value / baseline.value,
      low: candidate.low / baseline.high,
      high: candidate.high / baseline.low,
    },
    pairs: 0,
    test: 'unpaired-intervals',
  };
}

/** The baseline against itself is no measurement: nothing is lost and nothing gained. */
const ITSELF: Comparison = {
  difference: { value: 0, low: 0, high: 0 },
  ratio: { value: 1, low: 1, high: 1 },
  pairs: 0,
  test: 'exact',
};

function map(estimate: Estimate, transform: (value: number) => number): Estimate {
  const ends = [transform(estimate.low), transform(estimate.high)];
  return { value: transform(estimate.value), low: Math.min(...ends), high: Math.max(...ends) };
}
