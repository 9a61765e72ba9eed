import { z } from 'zod';
import { RequestTiming } from '../request-timing.ts';

/** One request of a round. Its times count from when it was due, not from when it could be sent. */
export const ServedRequest = z.strictObject({
  ...RequestTiming.shape,
  /** Seconds from the start of the round to when it was due. */
  due: z.number(),
  /** Seconds between then and when it was sent: the measuring process was busy. */
  late: z.number(),
  promptTokens: z.int().positive(),
});
export type ServedRequest = z.infer<typeof ServedRequest>;

/** All requests of one round, and how long it took from its start to the last token. */
export const ServedRound = z.strictObject({ seconds: z.number(), requests: z.array(ServedRequest) });
export type ServedRound = z.infer<typeof ServedRound>;
