import type { Provenance } from '@quantloop/core';
import { pairsOf } from './known-load.ts';
import type { LoadSamples } from './performance-samples.ts';

/** How much was measured now, how much taken over from an earlier look, and what of that was not and why. */
export function pooledProvenance(loads: readonly LoadSamples[], ignored: string | undefined): Provenance {
  const takenOver = loads.reduce((sum, load) => sum + load.takenOver, 0);
  const left = loads.flatMap(({ load, notTakenOver }) =>
    notTakenOver === undefined ? [] : [[`${load.name}.not_taken_over`, notTakenOver] as const],
  );
  return {
    'pairs.measured': loads.reduce((sum, load) => sum + pairsOf(load), 0) - takenOver,
    'pairs.taken_over': takenOver,
    ...(ignored !== undefined && { 'pairs.not_taken_over': ignored }),
    ...Object.fromEntries(left),
  };
}
