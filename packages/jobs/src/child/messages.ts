import { FAILURE_CODES, type FailureCode } from '@quantloop/core';
import { z } from 'zod';
import { RemoteCall } from './remote-messages.ts';

/** Parent → child: a job. A process has one at a time. */
export const JobMessage = z.strictObject({
  type: z.literal('job'),
  storeRoot: z.string(),
  /** Where the store really is, when `storeRoot` is a cache of it. */
  remote: z.string().optional(),
  key: z.string(),
  module: z.url({ protocol: /^file$/ }),
  input: z.unknown(),
  /** The process may stay for another job. */
  reusable: z.boolean(),
});
export type JobMessage = z.infer<typeof JobMessage>;

export const FailureMessage = z.strictObject({
  type: z.literal('failure'),
  code: z.enum(Object.keys(FAILURE_CODES) as [FailureCode, ...FailureCode[]]),
  message: z.string(),
  hint: z.string().optional(),
  stack: z.string().optional(),
});
export type FailureMessage = z.infer<typeof FailureMessage>;

/** Parent → child: what came of a call. */
export const AnswerMessage = z.strictObject({
  type: z.literal('answer'),
  id: z.int(),
  value: z.unknown(),
  failure: FailureMessage.optional(),
});
export type AnswerMessage = z.infer<typeof AnswerMessage>;

export const ParentMessage = z.discriminatedUnion('type', [JobMessage, AnswerMessage]);

export const ProgressMessage = z.strictObject({
  type: z.literal('progress'),
  done: z.number().nonnegative(),
  total: z.number().nonnegative(),
  unit: z.string(),
  note: z.string().max(200).optional(),
});

/** Child → parent. The last message is always `result` or `failure`. */
export const ChildMessage = z.discriminatedUnion('type', [
  ProgressMessage,
  z.strictObject({ type: z.literal('remote'), id: z.int(), call: RemoteCall }),
  z.strictObject({ type: z.literal('resumed'), blocks: z.int().nonnegative() }),
  /** `stays`: the process waits for another job; else it is about to exit. */
  z.strictObject({ type: z.literal('result'), output: z.unknown(), stays: z.boolean() }),
  FailureMessage,
]);
export type ChildMessage = z.infer<typeof ChildMessage>;
