import { setTimeout as sleep } from 'node:timers/promises';
import { QuantloopError } from '@quantloop/core';
import { s3Failure } from './s3-failure.ts';

/** How long a store that does not answer is waited for: a minute's outage passes unnoticed. */
const PATIENCE_S = 150;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

export interface S3Attempt {
  /** What is done, as in "reading a result". */
  doing: string;
  place: string;
}

/**
 * Repeats an operation of the SDK until it succeeds, is refused, or the store has not answered for the patience of
 * QUANTLOOP_STORE_PATIENCE seconds. An operation must come to the same when it is done twice.
 */
export async function patiently<T>(attempt: S3Attempt, operation: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 1000 * patience();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await operation();
    } catch (error) {
      const failure = error instanceof QuantloopError ? error : s3Failure(error, attempt);
      if (failure.code !== 'store-unavailable' || Date.now() + pause > deadline) throw failure;
    }
    // Workers that lost the store at the same moment do not all come back in one.
    await sleep(pause * (0.5 + Math.random()));
  }
}

function patience(): number {
  const seconds = Number(process.env['QUANTLOOP_STORE_PATIENCE'] ?? PATIENCE_S);
  if (seconds >= 0) return seconds;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `QUANTLOOP_STORE_PATIENCE is "${process.env['QUANTLOOP_STORE_PATIENCE']}", which is not a number of seconds.`,
    hint: `Give seconds, 0 or more, or leave it out for ${PATIENCE_S}.`,
  });
}
