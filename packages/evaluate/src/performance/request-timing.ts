import { QuantloopError } from '@quantloop/core';
import { z } from 'zod';
import type { Generation } from '../engines/engine.ts';

/** One request's times in seconds, as vLLM's benchmark takes them. */
export const RequestTiming = z.strictObject({
  /** Time to first token: from the request to its first new token. */
  ttft: z.number(),
  /** Inter-token latencies: one less than there are new tokens. */
  itl: z.array(z.number()),
  /** End to end: from the request to its last token. */
  seconds: z.number(),
});
export type RequestTiming = z.infer<typeof RequestTiming>;

/**
 * The times of a request, or of a batch of them: it starts with the first, and its k-th token counts as there once
 * every row has it.
 *
 * @throws QuantloopError `unsupported` where the engine gave another number of tokens than asked for: its times would
 * not be comparable.
 */
export function timeRequest(generations: readonly Generation[], newTokens: number): RequestTiming {
  const wrong = generations.find(({ arrivals }) => arrivals.length !== newTokens);
  if (wrong !== undefined) {
    throw new QuantloopError({
      code: 'unsupported',
      message: `the engine generated ${wrong.arrivals.length} tokens where ${newTokens} were asked for`,
      hint: 'An engine must generate exactly newTokens tokens, past any end-of-text token.',
    });
  }
  const start = Math.min(...generations.map((generation) => generation.start));
  const times = Array.from({ length: newTokens }, (_, k) =>
    Math.max(...generations.map(({ arrivals }) => arrivals[k]!)),
  );
  return {
    ttft: times[0]! - start,
    itl: times.slice(1).map((time, k) => time - times[k]!),
    seconds: times.at(-1)! - start,
  };
}

/** Time per output token: (end to end − time to first token) / (new tokens − 1). */
export function tpot(timing: RequestTiming): number {
  return (timing.seconds - timing.ttft) / timing.itl.length;
}
