import type { Engine } from '@quantloop/evaluate';
import type { Clock } from '../../../src/performance/server/clock.ts';

/** A clock that stands still while anything can be done, then jumps to the next who waits. */
export function virtualClock(): Clock {
  let now = 1000;
  let ticking = false;
  const sleepers: {
    time: number;
    wake: () => void;
    reject: (reason: unknown) => void;
    signal: AbortSignal;
  }[] = [];
  const tick = () => {
    sleepers.sort((a, b) => a.time - b.time);
    const next = sleepers.shift();
    if (next === undefined) {
      ticking = false;
      return;
    }
    if (next.signal.aborted) next.reject(next.signal.reason);
    else {
      now = Math.max(now, next.time);
      next.wake();
    }
    setImmediate(tick);
  };
  return {
    now: () => now,
    sleepUntil: (time, signal) =>
      new Promise((wake, reject) => {
        sleepers.push({ time, wake, reject, signal });
        if (ticking) return;
        ticking = true;
        setImmediate(tick);
      }),
  };
}

export interface QueueOptions {
  clock: Clock;
  /** Requests served at the same time; others wait in the order they came. */
  places: (folder: string) => number;
  /** Seconds to the first token, and from token to token; of the n-th request handed over. */
  pace: (request: { folder: string; number: number }) => { ttft: number; itl: number };
}

export interface Asked {
  folder: string;
  prompt: number[];
  newTokens: number;
  time: number;
}

/** A server with a known capacity on a virtual clock. `most` is the largest number of requests that were there at once. */
export function queueEngine({ clock, places, pace }: QueueOptions) {
  const asked: Asked[] = [];
  const seen = { most: 0 };
  let inside = 0;
  const engine: Pick<Engine, 'open'> = {
    open: async ({ folder }) => {
      const line: (() => void)[] = [];
      let free = places(folder);
      return {
        async generate({ prompt, newTokens, signal = new AbortController().signal }) {
          const { ttft, itl } = pace({ folder, number: asked.length });
          const start = clock.now();
          asked.push({ folder, prompt: [...prompt], newTokens, time: start });
          seen.most = Math.max(seen.most, ++inside);
          if (free === 0) await new Promise<void>((go) => line.push(go));
          else free--;
          await clock.sleepUntil(clock.now() + ttft, signal);
          const arrivals = [clock.now()];
          while (arrivals.length < newTokens) {
            await clock.sleepUntil(clock.now() + itl, signal);
            arrivals.push(clock.now());
          }
          inside--;
          const next = line.shift();
          if (next === undefined) free++;
          else next();
          return { start, arrivals };
        },
        release: async () => {},
      };
    },
  };
  return { engine, asked, seen };
}
