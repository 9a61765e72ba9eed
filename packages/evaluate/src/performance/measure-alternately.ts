import { pairOrder, type Side } from './alternation.ts';
import { blocksOf } from './blocks.ts';
import { mean } from '../statistics/mean.ts';
import { disturbances, together, type MachineState } from './machine/machine-state.ts';
import { trimmedInterval } from './trimmed-interval.ts';
import { isWarm } from './warm-up.ts';

export interface MeasureAlternatelyOptions<Sample extends { seconds: number }> {
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
  /** What an earlier look measured, pairs from 0 on, and what the machine did meanwhile: the others are added to it. */
  known: Pick<Alternated<Sample>, 'samples' | 'machine'> | undefined;
  watch: () => Promise<() => Promise<MachineState>>;
  /** Seconds of measuring that are added where the machine stays disturbed. */
  insistence: number;
  /** Waits for the machine to become quiet; false where it does not. */
  untilQuiet: () => Promise<boolean>;
  /** Called after each measured pair, with how many there are so far; fewer than before where some were thrown away. */
  onPair?: ((pairs: number) => void) | undefined;
}

export interface Alternated<Sample extends { seconds: number }> {
  warmUp: Partial<Record<Side, number[]>>;
  samples: (Sample & { pair: number; side: Side })[];
  noise: number;
  machine: MachineState;
  repeated: number;
  disturbed: boolean;
}

/** Measurements are added by halves of the number asked for while the deciding interval is wider than ± this … */
const NOISE = 0.05;
/** … up to so many times that number, and for so many seconds of measuring. */
const MOST = 2;
const EXTRA_SECONDS = 5;
/** On a disturbed machine less than these tells nothing, however well the pairs agree. */
const LEAST_SECONDS = 4;
/** Whether the machine was disturbed is asked after each pair that ends so many seconds after the last time: its clock ticks. */
const BURST_SECONDS = 0.2;

/**
 * Warms the models up, then measures them alternately until the numbers are steady enough. Pairs that other work disturbed
 * are thrown away and measured again when the machine is quiet. Where it does not become quiet more of them are measured,
 * and they are marked.
 */
export async function measureAlternately<Sample extends { seconds: number }>(
  options: MeasureAlternatelyOptions<Sample>,
): Promise<Alternated<Sample>> {
  const { sides, measure, watch, untilQuiet, onPair, known } = options;
  const warmUp: Partial<Record<Side, number[]>> = Object.fromEntries(sides.map((side) => [side, []]));
  for (let k = 0; !sides.every((side) => isWarm(warmUp[side]!)); k++) {
    for (const side of pairOrder(k, sides)) warmUp[side]!.push(await options.warmUp(side, k));
  }
  const samples = [...(known?.samples ?? [])];
  let machine = known?.machine;
  let pairs = samples.length / sides.length;
  let repeated = 0;
  while (pairs < options.pairs) await measureBurst(options.pairs);
  let extra = 0;
  let noise = noiseOf(samples, machine!);
  while (isOpen()) {
    const more = pairs + Math.ceil(options.pairs / 2);
    const upTo = isDisturbed(machine!) ? more : Math.min(more, MOST * options.pairs);
    const before = samples.length;
    while (pairs < upTo) await measureBurst(upTo);
    extra += secondsOf(samples.slice(before));
    noise = noiseOf(samples, machine!);
  }
  return {
    warmUp,
    samples,
    noise,
    machine: machine!,
    repeated,
    disturbed: noise > NOISE || isDisturbed(machine!),
  };

  function isOpen(): boolean {
    const isShort = isDisturbed(machine!) && secondsOf(samples) < LEAST_SECONDS;
    if (noise <= NOISE && !isShort) return false;
    const inReach = pairs < MOST * options.pairs && extra < EXTRA_SECONDS;
    return inReach || (isDisturbed(machine!) && extra < options.insistence);
  }

  async function measureBurst(upTo: number): Promise<void> {
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
    machine = machine === undefined ? state : together([machine, state]);
    pairs = pair;
  }

  /** Half width of the ratio's interval, or of the baseline's own time where it is alone, relative to its value. */
  function noiseOf(all: Alternated<Sample>['samples'], state: MachineState): number {
    const log = (of: Sample[]) =>
      of.length === 0 ? 0 : mean(of.map((sample) => Math.log(options.seconds(sample))));
    const logs = blocksOf(all, state).map(({ candidate, baseline }) => log(candidate) - log(baseline));
    const { low, high } = trimmedInterval(logs);
    return Math.expm1((high - low) / 2);
  }
}

const secondsOf = (samples: readonly { seconds: number }[]) =>
  samples.reduce((sum, { seconds }) => sum + seconds, 0);

const isDisturbed = (machine: MachineState) => disturbances(machine).length > 0;
