import { z } from 'zod';
import { Quantity } from './quantity.ts';

/** The ways a limit can be written; exactly one of them stands in a requirement. */
export const LIMIT_KINDS = [
  'min',
  'max',
  'maxDrop',
  'maxIncrease',
  'minRecovery',
  'minSpeedup',
  'maxRatio',
] as const;
export type LimitKind = (typeof LIMIT_KINDS)[number];

/**
 * A limit on one metric.
 *
 * - `min`, `max`: absolute, in the metric's unit (sizes in bytes, durations in seconds; units may be written).
 * - `maxDrop`: baseline − value ≤ limit (with `%`: relative to the baseline). ΔAcc_max of the field.
 * - `maxIncrease`: value − baseline ≤ limit (with `%`: relative to the baseline).
 * - `minRecovery`: value / baseline ≥ limit.
 * - `minSpeedup`: baseline / value ≥ limit for times, value / baseline ≥ limit for rates. S_min of the field.
 * - `maxRatio`: value / baseline ≤ limit.
 */
export const MetricRequirement = z
  .strictObject({
    metric: z.string(),
    min: Quantity.optional(),
    max: Quantity.optional(),
    maxDrop: Quantity.optional(),
    maxIncrease: Quantity.optional(),
    minRecovery: Quantity.optional(),
    minSpeedup: Quantity.optional(),
    maxRatio: Quantity.optional(),
  })
  .refine((requirement) => LIMIT_KINDS.filter((kind) => requirement[kind] !== undefined).length === 1, {
    message: `a requirement has exactly one limit out of ${LIMIT_KINDS.join(', ')}`,
  });
export type MetricRequirement = z.output<typeof MetricRequirement>;

/** A limit, or a combination of requirements. */
export type Requirement = MetricRequirement | { all: Requirement[] } | { any: Requirement[] };

export const Requirement: z.ZodType<Requirement, unknown> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(Requirement).min(1) }),
    z.strictObject({ any: z.array(Requirement).min(1) }),
    MetricRequirement,
  ]),
);
