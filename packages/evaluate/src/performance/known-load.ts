import { isDeepStrictEqual } from 'node:util';
import type { Known } from '../known/read-known.ts';
import type { Load } from './load.ts';
import type { LoadSamples } from './performance-samples.ts';

/** What an earlier look measured under a load, to be added to; noise is no reason against it: that is what more is for. */
export function knownLoad(loads: readonly LoadSamples[], load: Load): Known<LoadSamples> {
  const found = loads.find((samples) => samples.load.name === load.name);
  if (found === undefined) return {};
  if (!isDeepStrictEqual(shapeOf(found.load), shapeOf(load))) return { ignored: 'of another load' };
  return { results: found };
}

/** Measurements of each model. */
export function pairsOf(samples: LoadSamples): number {
  const all = 'rounds' in samples ? samples.rounds : samples.requests;
  return all.filter(({ side }) => side === 'candidate').length;
}

/** The load, however often it is measured. */
function shapeOf(load: Load): object {
  return load.kind === 'server' ? { ...load, repetitions: 0 } : { ...load, requests: 0 };
}
