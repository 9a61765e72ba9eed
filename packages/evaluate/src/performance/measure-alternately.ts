import { ofSide, pairOrder, type Side } from './alternation.ts';
import { disturbances, type MachineState } from './machine/machine-state.ts';
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
  /** Called after each measured pair, with how many there are so far. */
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
/** A measurement that other work disturbed is made again so often before it is taken as it is … */
const REPEATS = 1;
/** … and so often where the machine became quiet in between. */
const QUIET_REPEATS = 4;

/**
 * Warms the models up, then measures them alternately until the numbers are steady enough. If the machine disturbed
 * the measurement it is thrown away and made again when the machine is quiet; of disturbed ones the least noisy is kept, and
 * marked.
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
  let repeated = 0;
  while (isDisturbed(best.machine) && repeated < QUIET_REPEATS) {
    const quiet = await options.untilQuiet();
    if (!quiet && repeated >= REPEATS) break;
    repeated++;
    const again = await attempt(options);
    if (!isDisturbed(again.machine) || again.noise < best.noise) best = again;
  }
  return { warmUp, ...best, repeated, disturbed: best.noise > NOISE || isDisturbed(best.machine) };
}

async function attempt<Sample>(
  options: MeasureAlternatelyOptions<Sample>,
): Promise<Pick<Alternated<Sample>, 'samples' | 'noise' | 'machine'>> {
  const { sides, measure, onPair } = options;
  const stopWatching = await options.watch();
  const samples = [...options.known];
  let pairs = samples.length / sides.length;
  const measurePairs = async (upTo: number) => {
    for (; pairs < upTo; pairs++) {
      for (const side of pairOrder(pairs, sides)) {
        samples.push({ ...(await measure(side, pairs)), pair: pairs, side });
      }
      onPair?.(pairs + 1);
    }
    return relativeNoise(samples, options.seconds);
  };
  let noise = await measurePairs(options.pairs);
  const spent = performance.now();
  while (noise > NOISE && pairs < MOST * options.pairs && performance.now() - spent < EXTRA_SECONDS * 1000) {
    noise = await measurePairs(Math.min(pairs + Math.ceil(options.pairs / 2), MOST * options.pairs));
  }
  return { samples, noise, machine: await stopWatching() };
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
