import { QuantloopError, suggestName } from '@quantloop/core';
import { z } from 'zod';
import type { RawFields } from './read-fields.ts';

const AggregateMetric = z.strictObject({
  metric: z.string(),
  /** Which filters' scores; absent for all that the tasks have. */
  filter_list: z.union([z.string().transform((one) => [one]), z.array(z.string())]).nullish(),
  aggregation: z.literal('mean', { error: 'only "mean" is known' }).default('mean'),
  /** Whether every document counts the same, or every task. */
  weight_by_size: z.boolean().default(true),
});
/** A metric of a group: the mean of its tasks' scores. */
export type AggregateMetric = z.output<typeof AggregateMetric>;

const Member = z.union([z.string(), z.record(z.string(), z.unknown())]);

/** The fields of an lm-eval group; any others are given to its tasks. */
const GroupDefinition = z.object({
  group: z.string().regex(/^[\w.:-]+$/, 'use letters, digits, ".", "_", ":" and "-"'),
  group_alias: z.string().nullish(),
  task: z.union([z.string().transform((one) => [one]), z.array(Member).min(1)]),
  aggregate_metric_list: z.preprocess(
    (written) => (written == null || Array.isArray(written) ? written : [written]),
    z.array(AggregateMetric).nullish(),
  ),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
export type GroupDefinition = z.output<typeof GroupDefinition>;

export const GROUP_FIELDS = Object.keys(GroupDefinition.shape);

/** @throws QuantloopError `invalid-spec` naming the field and the file. */
export function parseGroup(fields: RawFields, place: string): GroupDefinition {
  const parsed = GroupDefinition.safeParse(fields);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the group'}: ${issue.message}`,
  );
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${place}: ${issues.join('; ')}`,
    hint: suggestName('', GROUP_FIELDS),
  });
}
