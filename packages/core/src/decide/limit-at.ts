import type { Measurement } from '../board/measurement.ts';
import type { Quantity } from '../campaign/quantity.ts';
import { limitOf, type MetricRequirement } from '../campaign/requirement.ts';

export interface LimitAtOptions {
  requirement: MetricRequirement;
  /** An absolute value of the requirement's metric. */
  gate: number;
  /** The metric of the baseline, which every limit but `min` and `max` is relative to. */
  baseline: Measurement | undefined;
}

/** The limit that is met exactly at a value of the metric: the inverse of a verdict's `gate`; undefined without a baseline. */
export function limitAt({ requirement, gate, baseline }: LimitAtOptions): Quantity | undefined {
  const { kind, limit } = limitOf(requirement);
  if (kind === 'min' || kind === 'max') return { ...limit, value: gate };
  if (baseline === undefined) return undefined;
  const { value: base, higherIsBetter } = baseline;
  const at = (value: number): Quantity => ({ ...limit, value });
  switch (kind) {
    case 'maxDrop':
      return at(limit.relative ? 1 - gate / base : base - gate);
    case 'maxIncrease':
      return at(limit.relative ? gate / base - 1 : gate - base);
    case 'maxRatio':
      return at(gate / base);
    case 'minRecovery':
    case 'minSpeedup':
      return at(higherIsBetter ? gate / base : base / gate);
  }
}
