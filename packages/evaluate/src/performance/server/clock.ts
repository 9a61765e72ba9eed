import { setTimeout as sleep } from 'node:timers/promises';

/** Time in seconds, as engines stamp it. */
export interface Clock {
  now(): number;
  /** Returns at once where the time has passed. Rejects with the signal's reason. */
  sleepUntil(time: number, signal: AbortSignal): Promise<void>;
}

export const wallClock: Clock = {
  now: () => performance.now() / 1000,
  async sleepUntil(time, signal) {
    const left = time - wallClock.now();
    if (left > 0) await sleep(left * 1000, undefined, { signal });
  },
};
