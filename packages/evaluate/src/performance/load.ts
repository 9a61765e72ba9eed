import { ArtifactRef, Slo, tokenCount } from '@quantloop/core';
import { z } from 'zod';

const shape = {
  /** Prefix of its metrics: `single-stream`, `offline.batch8`, `server.rate2`. */
  name: z.string(),
  /** The scenario's own name. */
  scenario: z.string(),
  promptTokens: tokenCount(1).optional(),
  prompts: ArtifactRef.optional(),
};

/** A load of requests, or batches of them, one after the other. */
export const SequentialLoad = z.strictObject({
  ...shape,
  kind: z.enum(['single-stream', 'offline']),
  batch: z.int().positive(),
  /** The scenario's throughput goes by this load. */
  largestBatch: z.boolean(),
  newTokens: z.int().min(2),
  /** Measured requests (offline: batches) of each model. */
  requests: z.int().positive(),
});
export type SequentialLoad = z.infer<typeof SequentialLoad>;

/** A load of requests that overlap. */
export const OverlappingLoad = z.strictObject({
  ...shape,
  kind: z.literal('server'),
  /** Clients, or requests a second. */
  arrivals: z.union([
    z.strictObject({ concurrency: z.int().positive() }),
    z.strictObject({ rate: z.number().positive() }),
  ]),
  newTokens: tokenCount(2),
  /** Requests of a round. */
  requests: z.int().positive(),
  /** Seconds after which no request of a round is sent. */
  duration: z.number().optional(),
  /** Measured rounds of each model. */
  repetitions: z.int().positive(),
  slo: Slo.optional(),
});
export type OverlappingLoad = z.infer<typeof OverlappingLoad>;

/** One load to measure: a scenario at one batch size, number of clients, or rate. */
export const Load = z.discriminatedUnion('kind', [SequentialLoad, OverlappingLoad]);
export type Load = z.infer<typeof Load>;

/** Requests (offline: batches) that are handed over at the same time where the load is at its heaviest. */
export function burst(load: Load): number {
  if (load.kind !== 'server') return 1;
  return 'concurrency' in load.arrivals ? load.arrivals.concurrency : load.requests;
}
