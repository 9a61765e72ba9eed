import type { OpenModel } from '../../engines/engine.ts';
import type { DrawnRequest } from '../draw-requests.ts';
import type { OverlappingLoad } from '../load.ts';
import { timeRequest } from '../request-timing.ts';
import type { Clock } from './clock.ts';
import type { ServedRequest, ServedRound } from './served-request.ts';

export interface ServeRoundOptions {
  load: OverlappingLoad;
  model: OpenModel;
  /** The requests of the round, in order. */
  requests: readonly DrawnRequest[];
  /** When they are due, in seconds from the start; undefined in a closed loop. */
  arrivals?: readonly number[] | undefined;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * One round of requests. In an open loop a request is sent when it is due, however many are still being answered, and
 * its times count from when it was due: a server that falls behind cannot slow down those who come to it, nor the
 * clock that judges it. In a closed loop it is due when its client has the answer to the one before.
 */
export async function serveRound(options: ServeRoundOptions): Promise<ServedRound> {
  const { load, model, requests, arrivals, clock } = options;
  // Whatever fails first, the others are no longer waited for.
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const begin = clock.now();
  const end = begin + (load.duration ?? Infinity);
  const served: ServedRequest[] = [];
  const serve = async ({ prompt, newTokens }: DrawnRequest, due: number) => {
    const generation = await model.generate({ prompt, newTokens, signal });
    const timing = timeRequest([{ ...generation, start: due }], newTokens);
    const late = Math.max(0, generation.start - due);
    served.push({ ...timing, due: due - begin, late, promptTokens: prompt.length });
  };

  const closed = async (line: Iterator<DrawnRequest>) => {
    for (let next = line.next(); next.done !== true; next = line.next()) {
      signal.throwIfAborted();
      if (clock.now() >= end) return;
      await serve(next.value, clock.now());
    }
  };
  const open = async (request: DrawnRequest, due: number) => {
    if (due >= end) return;
    await clock.sleepUntil(due, signal);
    await serve(request, due);
  };
  const line = requests[Symbol.iterator]();
  const loops =
    'concurrency' in load.arrivals
      ? Array.from({ length: load.arrivals.concurrency }, () => closed(line))
      : requests.map((request, i) => open(request, begin + arrivals![i]!));
  try {
    await Promise.all(loops);
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(loops);
    throw error;
  }
  served.sort((a, b) => a.due - b.due);
  return { seconds: Math.max(...served.map(({ due, seconds }) => due + seconds)), requests: served };
}
