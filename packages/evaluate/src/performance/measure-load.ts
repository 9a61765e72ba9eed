import type { OpenModel } from '../engines/engine.ts';
import type { Known } from '../known/read-known.ts';
import type { Side } from './alternation.ts';
import type { DrawnRequest } from './draw-requests.ts';
import type { Load } from './load.ts';
import type { MachineState } from './machine/machine-state.ts';
import { watchMachine } from './machine/watch-machine.ts';
import { measureAlternately } from './measure-alternately.ts';
import { pairsOf } from './known-load.ts';
import type { LoadSamples } from './performance-samples.ts';
import { timeRequest } from './request-timing.ts';
import { wallClock, type Clock } from './server/clock.ts';
import { drawArrivals } from './server/draw-arrivals.ts';
import { serveRound } from './server/serve-round.ts';

export interface MeasureLoadOptions {
  load: Load;
  candidate: OpenModel;
  baseline?: OpenModel | undefined;
  /** The rows of a request; negative numbers are the warm-up's. */
  draw: (request: number) => DrawnRequest[];
  seed: number;
  /** What an earlier look measured under it. */
  known?: Known<LoadSamples> | undefined;
  signal: AbortSignal;
  /** @default the clock on the wall */
  clock?: Clock | undefined;
  /** @default this machine */
  watch?: (() => Promise<() => Promise<MachineState>>) | undefined;
  /** Seconds of measuring that are added where the machine stays disturbed. */
  insistence: number;
  /** Waits for the machine to become quiet before what it disturbed is measured again. */
  untilQuiet: () => Promise<boolean>;
  /** Called after each measured pair (of requests, batches, or rounds), with how many there are so far. */
  onPair?: (pairs: number) => void;
}

/** Requests of a warm-up at once, in an open loop: its load varies from one on. */
const OPEN_LOOP_WARM_UP = 4;

/** Measures the models under one load, alternately: those pairs that are not known already, and pools all. */
export async function measureLoad(options: MeasureLoadOptions): Promise<LoadSamples> {
  const { load, candidate, baseline, draw, seed, known = {}, signal } = options;
  const { clock = wallClock, watch = watchMachine, insistence, untilQuiet, onPair } = options;
  const models: Partial<Record<Side, OpenModel>> =
    baseline === undefined ? { candidate } : { baseline, candidate };
  const sides = Object.keys(models) as Side[];
  const common = { sides, watch, insistence, untilQuiet, onPair };
  const { results: earlier, ignored } = known;
  const taken = {
    takenOver: earlier === undefined ? 0 : pairsOf(earlier),
    ...(ignored !== undefined && { notTakenOver: ignored }),
  };

  const together = async (side: Side, rows: readonly DrawnRequest[]) => {
    signal.throwIfAborted();
    return Promise.all(rows.map((row) => models[side]!.generate({ ...row, signal })));
  };

  if (load.kind !== 'server') {
    const { newTokens } = load;
    const request = async (side: Side, number: number) =>
      timeRequest(await together(side, draw(number)), newTokens);
    const { samples, ...conditions } = await measureAlternately({
      ...common,
      warmUp: async (side, k) => (await request(side, -1 - k)).seconds,
      measure: request,
      seconds: ({ seconds }) => seconds,
      pairs: load.requests,
      known:
        earlier !== undefined && 'requests' in earlier
          ? { ...earlier, samples: earlier.requests }
          : undefined,
    });
    return { load, requests: samples, ...taken, ...conditions };
  }

  const { arrivals, requests, repetitions, name } = load;
  const atOnce = 'concurrency' in arrivals ? arrivals.concurrency : OPEN_LOOP_WARM_UP;
  const { samples, ...conditions } = await measureAlternately({
    ...common,
    warmUp: async (side, k) => {
      const begin = clock.now();
      const rows = Array.from({ length: atOnce }, (_, i) => draw(-1 - k * atOnce - i)).flat();
      const served = await together(side, rows);
      return Math.max(...served.map((each) => each.arrivals.at(-1)!)) - begin;
    },
    measure: (side, round) =>
      serveRound({
        load,
        model: models[side]!,
        requests: Array.from({ length: requests }, (_, i) => draw(round * requests + i)).flat(),
        arrivals:
          'rate' in arrivals
            ? drawArrivals({ rate: arrivals.rate, requests, seed, purpose: `${name}/${round}` })
            : undefined,
        clock,
        signal,
      }),
    seconds: (round) => round.requests.reduce((sum, { seconds }) => sum + seconds, 0) / round.requests.length,
    pairs: repetitions,
    known: earlier !== undefined && 'rounds' in earlier ? { ...earlier, samples: earlier.rounds } : undefined,
  });
  return { load, rounds: samples, ...taken, ...conditions };
}
