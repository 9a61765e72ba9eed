import { setTimeout as sleep } from 'node:timers/promises';
import { classifyError } from './child/classify-error.ts';

/** Milliseconds between two tries: at first, and at most. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Seconds for which one attempt of a stage waits for a store that cannot be reached; there are four attempts.
 * `QUANTLOOP_STORE_PATIENCE` sets it. @default 300
 */
function patience(): number {
  return Number(process.env['QUANTLOOP_STORE_PATIENCE'] ?? 300);
}

/**
 * Does the work again and again while the store cannot be reached. A share that is remounted, or a server that is restarted,
 * takes a minute, in which four attempts would be used up.
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
      if (classifyError(error).code !== 'store-unavailable' || waited > patience()) throw error;
      await sleep(pause, undefined, { signal });
    }
  }
}
