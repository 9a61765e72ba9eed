import type { OpenModel } from '../engines/engine.ts';
import { pairOrder, type Side } from './alternation.ts';
import type { Load } from './load.ts';
import { isContended, watchMachine } from './machine-state.ts';
import type { LoadSamples } from './performance-samples.ts';
import { timeRequest } from './request-timing.ts';
import { trimmedInterval } from './trimmed-interval.ts';
import { isWarm } from './warm-up.ts';

export interface MeasureLoadOptions {
  load: Load;
  candidate: OpenModel;
  baseline?: OpenModel | undefined;
  /** The prompts of a request; negative numbers are the warm-up's. */
  prompts: (request: number) => Int32Array[];
  signal: AbortSignal;
  /** Called after each measured pair, with how many there are so far. */
  onPair?: (pairs: number) => void;
}

/** Requests are added by halves of the number asked for while the deciding interval is wider than ± this fraction … */
const NOISE = 0.05;
/** … up to so many times that number … */
const MOST = 2;
/** … and for so many seconds: on a machine that is never quiet, more requests buy little. */
const EXTRA_SECONDS = 10;

/** Warms both models up, then measures them alternately until the numbers are steady enough. */
export async function measureLoad(options: MeasureLoadOptions): Promise<LoadSamples> {
  const { load, candidate, baseline, prompts, signal, onPair } = options;
  const models: Partial<Record<Side, OpenModel>> =
    baseline === undefined ? { candidate } : { baseline, candidate };
  const sides = Object.keys(models) as Side[];

  const request = async (side: Side, number: number) => {
    signal.throwIfAborted();
    const { newTokens } = load;
    const model = models[side]!;
    const rows = prompts(number).map((prompt) => model.generate({ prompt, newTokens, signal }));
    return timeRequest(await Promise.all(rows), newTokens);
  };

  const warmUp: Partial<Record<Side, number[]>> = Object.fromEntries(sides.map((side) => [side, []]));
  for (let k = 0; !sides.every((side) => isWarm(warmUp[side]!)); k++) {
    for (const side of pairOrder(k, sides)) warmUp[side]!.push((await request(side, -1 - k)).seconds);
  }

  const stopWatching = await watchMachine();
  const requests: LoadSamples['requests'] = [];
  let pairs = 0;
  const measurePairs = async (upTo: number) => {
    for (; pairs < upTo; pairs++) {
      for (const side of pairOrder(pairs, sides)) {
        requests.push({ pair: pairs, side, ...(await request(side, pairs)) });
      }
      onPair?.(pairs + 1);
    }
    return relativeNoise(requests);
  };
  let noise = await measurePairs(load.requests);
  const spent = performance.now();
  while (noise > NOISE && pairs < MOST * load.requests && performance.now() - spent < EXTRA_SECONDS * 1000) {
    noise = await measurePairs(Math.min(pairs + Math.ceil(load.requests / 2), MOST * load.requests));
  }
  const machine = await stopWatching();
  return { load, warmUp, requests, noise, machine, disturbed: noise > NOISE || isContended(machine) };
}

/** Half width of the ratio's interval, or of the baseline's own time where it is alone, relative to its value. */
function relativeNoise(requests: LoadSamples['requests']): number {
  const seconds = (side: Side) => requestsOf(requests, side).map((request) => Math.log(request.seconds));
  const candidate = seconds('candidate');
  const baseline = seconds('baseline');
  const { low, high } = trimmedInterval(candidate.map((value, i) => value - (baseline[i] ?? 0)));
  return Math.expm1((high - low) / 2);
}

/** One model's requests, by pair. */
export function requestsOf(requests: LoadSamples['requests'], side: Side): LoadSamples['requests'] {
  return requests.filter((request) => request.side === side).sort((a, b) => a.pair - b.pair);
}
