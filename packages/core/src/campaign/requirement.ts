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
 * The limits, of which a requirement has one.
 *
 * - `min`, `max`: absolute, in the metric's unit (sizes in bytes, durations in seconds; units may be written).
 * - `maxDrop`: baseline − value ≤ limit (with `%`: relative to the baseline). ΔAcc_max of the field.
 * - `maxIncrease`: value − baseline ≤ limit (with `%`: relative to the baseline).
 * - `minRecovery`: what is kept of the baseline ≥ limit: value / baseline, baseline / value where lower is better.
 * - `minSpeedup`: baseline / value ≥ limit for times, value / baseline ≥ limit for rates. S_min of the field.
 * - `maxRatio`: value / baseline ≤ limit.
 */
export const limits = {
  min: Quantity.optional(),
  max: Quantity.optional(),
  maxDrop: Quantity.optional(),
  maxIncrease: Quantity.optional(),
  minRecovery: Quantity.optional(),
  minSpeedup: Quantity.optional(),
  maxRatio: Quantity.optional(),
};

type Limits = { [kind in LimitKind]?: Quantity | undefined };

export const hasOneLimit = (requirement: Limits): boolean =>
  LIMIT_KINDS.filter((kind) => requirement[kind] !== undefined).length === 1;
export const ONE_LIMIT = `a requirement has exactly one limit out of ${LIMIT_KINDS.join(', ')}`;

/** The one limit of a requirement. */
export function limitOf(requirement: Limits): { kind: LimitKind; limit: Quantity } {
  const kind = LIMIT_KINDS.find((name) => requirement[name] !== undefined)!;
  return { kind, limit: requirement[kind]! };
}

/** How sure a verdict must be: the coverage of the interval that has to lie on one side of the limit. */
export const Confidence = z.number().gt(0.5).lt(1);

/** A limit on one metric. */
export const MetricRequirement = z
  .strictObject({
    metric: z.string(),
    ...limits,
    /** The limit must be missed. */
    not: z.literal(true).optional(),
    /** @default 0.95 */
    confidence: Confidence.optional(),
    /** Where it counts. @default on every target */
    targets: z.array(z.string()).optional(),
    /** When it counts. @default whichever scenario is decided */
    scenarios: z.array(z.string()).optional(),
  })
  .refine(hasOneLimit, { message: ONE_LIMIT });
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

/** The same tree with other limits, in reading order. */
export function withLimits(requirement: Requirement, limits: readonly Quantity[]): Requirement {
  const rest = limits.values();
  return replace(requirement);

  function replace(node: Requirement): Requirement {
    if ('all' in node) return { all: node.all.map(replace) };
    if ('any' in node) return { any: node.any.map(replace) };
    const { kind, limit } = limitOf(node);
    return { ...node, [kind]: rest.next().value ?? limit };
  }
}

/** The limits of a tree of requirements, in reading order. */
export function limitsIn(requirement: Requirement): MetricRequirement[] {
  if ('all' in requirement) return requirement.all.flatMap(limitsIn);
  if ('any' in requirement) return requirement.any.flatMap(limitsIn);
  return [requirement];
}
