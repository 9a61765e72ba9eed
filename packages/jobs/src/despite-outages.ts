import { setTimeout as sleep } from 'node:timers/promises';
import { storePatience } from '@quantloop/artifacts';
import { classifyError } from './child/classify-error.ts';

/** Milliseconds between two tries: at first, and at most. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Does the work again and again while the store cannot be reached: within a minute four attempts would be used up.
 *
 * @param signal ends the waiting; whoever sees it aborted knows its reason
 */
export async function despiteOutages<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const began = performance.now();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      const waited = (performance.now() - began + pause) / 1000;
      if (classifyError(error).code !== 'store-unavailable' || waited > storePatience()) throw error;
      await sleep(pause, undefined, { signal });
    }
  }
}
