import { ofSide, type Side } from './alternation.ts';
import { disturbances, type MachineState } from './machine/machine-state.ts';

/** What was measured of both models within one span of time. */
export interface Block<Sample> {
  baseline: Sample[];
  candidate: Sample[];
}

/**
 * Seconds of measuring that make a block where other work disturbs the machine: it comes and goes, so that what is measured
 * at about the same time is hit alike.
 */
const BLOCK_SECONDS = 1;

/**
 * What was measured, cut into what counts as independent of each other: the pairs; on a disturbed machine spans of a second
 * or more (batch means: Law and Carson, Operations Research 27, 1979). There the interval of the pairs says too little: they
 * are many, and the few turns of the other work that decide how they come out are not.
 */
export function blocksOf<Sample extends { pair: number; side: Side; seconds: number }>(
  samples: readonly Sample[],
  machine: MachineState,
): Block<Sample>[] {
  const blocks = disturbances(machine).length > 0 ? cut(samples, BLOCK_SECONDS) : [];
  // Of one block nobody knows how the next comes out: the pairs have to do.
  return blocks.length > 1 ? blocks : cut(samples, 0);
}

function cut<Sample extends { pair: number; side: Side; seconds: number }>(
  samples: readonly Sample[],
  least: number,
): Block<Sample>[] {
  const baseline = ofSide(samples, 'baseline');
  const blocks: Block<Sample>[] = [];
  let open: Block<Sample> = { baseline: [], candidate: [] };
  for (const [i, candidate] of ofSide(samples, 'candidate').entries()) {
    open.candidate.push(candidate);
    open.baseline.push(...baseline.slice(i, i + 1));
    if (secondsOf(open) < least) continue;
    blocks.push(open);
    open = { baseline: [], candidate: [] };
  }
  // The rest is too short to stand for itself.
  const last = blocks.at(-1);
  last?.baseline.push(...open.baseline);
  last?.candidate.push(...open.candidate);
  return blocks;
}

const secondsOf = <Sample extends { seconds: number }>({ baseline, candidate }: Block<Sample>): number =>
  [...baseline, ...candidate].reduce((sum, { seconds }) => sum + seconds, 0);
