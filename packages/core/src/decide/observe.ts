import type { Comparison, Estimate, Measurement } from '../board/measurement.ts';
import type { Quantity } from '../campaign/quantity.ts';
import type { LimitKind } from '../campaign/requirement.ts';
import { recoveryOf } from './recovery.ts';

/** What a limit looks at: an estimate that must lie on one side of it. */
export interface Observation {
  observed: Estimate;
  /** The absolute value of the metric at which the limit is met exactly. */
  gate: number;
}

export interface ObserveOptions {
  kind: LimitKind;
  /** With `relative` it was written in per cent: differences are relative to the baseline. */
  limit: Quantity;
  candidate: Measurement;
  baseline: Measurement | undefined;
}

/** What a limit of any kind looks at, and its gate. Relative kinds need a baseline: undefined without one. */
export function observe(options: ObserveOptions): Observation | undefined {
  const { kind, candidate, baseline } = options;
  const { value: limit, relative } = options.limit;
  if (kind === 'min' || kind === 'max') {
    const { value, low, high } = candidate;
    return {
      observed: { value, low, high },
      gate: limit,
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
        gate: relative ? base * (1 - limit) : base - limit,
      };
    case 'maxIncrease':
      return {
        observed: relative ? map(ratio, (r) => r - 1) : difference,
        gate: relative ? base * (1 + limit) : base + limit,
      };
    case 'minRecovery':
      return {
        observed: recoveryOf(candidate, comparison),
        gate: candidate.higherIsBetter ? base * limit : base / limit,
      };
    case 'maxRatio':
      return { observed: ratio, gate: base * limit };
    case 'minSpeedup':
      return candidate.higherIsBetter
        ? { observed: ratio, gate: base * limit }
        : { observed: map(ratio, (r) => 1 / r), gate: base / limit };
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
  const [a, b] = [transform(estimate.low), transform(estimate.high)];
  return { value: transform(estimate.value), low: Math.min(a, b), high: Math.max(a, b) };
}
