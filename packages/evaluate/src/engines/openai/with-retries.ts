import { setTimeout as sleep } from 'node:timers/promises';
import { Passing } from './server-failure.ts';

const ATTEMPTS = 5;
/** Seconds before the second attempt, doubled each time; unless the server says how long. */
const FIRST_WAIT = 0.25;
/** Seconds; whoever asks for more is believed to be gone. */
const LONGEST_WAIT = 60;

/** Tries again what failed in passing. Throws the last attempt's failure. */
export async function withRetries<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Passing)) throw error;
      const seconds = error.retryAfter ?? FIRST_WAIT * 2 ** (number - 1);
      if (number === ATTEMPTS || seconds > LONGEST_WAIT) throw error.failure;
      await sleep(seconds * 1000, undefined, signal === undefined ? {} : { signal });
    }
  }
}
