import { ofSide, pairOrder, type Side } from './alternation.ts';
import { disturbances, together, type MachineState } from './machine/machine-state.ts';
import { trimmedInterval } from './trimmed-interval.ts';
import { isWarm } from './warm-up.ts';

export interface MeasureAlternatelyOptions<Sample> {
  /** The models there are. */
  sides: readonly Side[];
  /** The k-th request of a model's warm-up; its seconds. */
  warmUp: (side: Side, k: number) => Promise<number>;
  /** One measurement of a model. */
  measure: (side: Side, pair: number) => Promise<Sample>;
  /** What decides whether the numbers are steady. */
  seconds: (sample: Sample) => number;
  /** Measurements of each model, those known already included. */
  pairs: number;
  /** Pairs from 0 on that an earlier look measured: the others are added to them. */
  known: Alternated<Sample>['samples'];
  watch: () => Promise<() => Promise<MachineState>>;
  /** Waits for the machine to become quiet; false where it does not. */
  untilQuiet: () => Promise<boolean>;
  /** Called after each measured pair, with how many there are so far; fewer than before where some were thrown away. */
  onPair?: ((pairs: number) => void) | undefined;
}

export interface Alternated<Sample> {
  warmUp: Partial<Record<Side, number[]>>;
  samples: (Sample & { pair: number; side: Side })[];
  noise: number;
  machine: MachineState;
  repeated: number;
  disturbed: boolean;
}

/** Measurements are added by halves of the number asked for while the deciding interval is wider than ± this … */
const NOISE = 0.05;
/** … up to so many times that number … */
const MOST = 2;
/** … and for so many seconds: on a machine that is never quiet, more requests buy little. */
const EXTRA_SECONDS = 10;
/** Whether the machine was disturbed is asked after each pair that ends so many seconds after the last time: its clock ticks. */
const BURST_SECONDS = 0.2;
/** A measurement that other work disturbed, and that no quiet came after, is made again so often before it is taken as it is. */
const REPEATS = 1;

/**
 * Warms the models up, then measures them alternately until the numbers are steady enough. Pairs that other work disturbed
 * are thrown away and measured again when the machine is quiet. Where it does not become quiet all of it is made again, the
 * less noisy is kept, and marked.
 */
export async function measureAlternately<Sample>(
  options: MeasureAlternatelyOptions<Sample>,
): Promise<Alternated<Sample>> {
  const { sides } = options;
  const warmUp: Partial<Record<Side, number[]>> = Object.fromEntries(sides.map((side) => [side, []]));
  for (let k = 0; !sides.every((side) => isWarm(warmUp[side]!)); k++) {
    for (const side of pairOrder(k, sides)) warmUp[side]!.push(await options.warmUp(side, k));
  }
  let best = await attempt(options);
  for (let tries = 0; isDisturbed(best.machine) && tries < REPEATS; tries++) {
    const again = await attempt(options);
    const repeated = best.repeated + again.repeated + 1;
    const better = !isDisturbed(again.machine) || again.noise < best.noise;
    best = { ...(better ? again : best), repeated };
  }
  return { warmUp, ...best, disturbed: best.noise > NOISE || isDisturbed(best.machine) };
}

async function attempt<Sample>(
  options: MeasureAlternatelyOptions<Sample>,
): Promise<Pick<Alternated<Sample>, 'samples' | 'noise' | 'machine' | 'repeated'>> {
  const { sides, measure, watch, untilQuiet, onPair } = options;
  const samples = [...options.known];
  const states: MachineState[] = [];
  let pairs = samples.length / sides.length;
  let repeated = 0;
  const measureBurst = async (upTo: number) => {
    const stopWatching = await watch();
    const began = performance.now();
    const burst: Alternated<Sample>['samples'] = [];
    let pair = pairs;
    do {
      for (const side of pairOrder(pair, sides)) burst.push({ ...(await measure(side, pair)), pair, side });
      onPair?.(++pair);
    } while (pair < upTo && performance.now() - began < BURST_SECONDS * 1000);
    const state = await stopWatching();
    if (isDisturbed(state) && (await untilQuiet())) {
      repeated++;
      return;
    }
    samples.push(...burst);
    states.push(state);
    pairs = pair;
  };
  const measurePairs = async (upTo: number) => {
    while (pairs < upTo) await measureBurst(upTo);
    return relativeNoise(samples, options.seconds);
  };
  let noise = await measurePairs(options.pairs);
  const spent = performance.now();
  while (noise > NOISE && pairs < MOST * options.pairs && performance.now() - spent < EXTRA_SECONDS * 1000) {
    noise = await measurePairs(Math.min(pairs + Math.ceil(options.pairs / 2), MOST * options.pairs));
  }
  const [first = await (await watch())(), ...rest] = states;
  return { samples, noise, machine: together([first, ...rest]), repeated };
}

const isDisturbed = (machine: MachineState) => disturbances(machine).length > 0;

/** Half width of the ratio's interval, or of the baseline's own time where it is alone, relative to its value. */
function relativeNoise<Sample extends { pair: number; side: Side }>(
  samples: readonly Sample[],
  seconds: (sample: Sample) => number,
): number {
  const logs = (side: Side) => ofSide(samples, side).map((sample) => Math.log(seconds(sample)));
  const baseline = logs('baseline');
  const { low, high } = trimmedInterval(logs('candidate').map((value, i) => value - (baseline[i] ?? 0)));
  return Math.expm1((high - low) / 2);
}
