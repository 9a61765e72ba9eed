import type { Provenance } from '@quantloop/core';
import type { LoadSamples } from '../performance-samples.ts';
import { disturbances } from './machine-state.ts';

/** What the machine did while the loads were measured: the worst of them, or all together. */
export function machineProvenance(loads: readonly LoadSamples[]): Provenance {
  const states = loads.map(({ machine }) => machine);
  const total = (
    part: 'wallSeconds' | 'ownCpuSeconds' | 'majorFaults' | 'swappedBytes' | 'quotaSeconds' | 'thermalEvents',
  ) => states.reduce((sum, state) => sum + state[part], 0);
  return {
    wallSeconds: total('wallSeconds'),
    cpuSeconds: total('ownCpuSeconds'),
    loadBefore: states[0]!.loadBefore,
    loadAfter: states.at(-1)!.loadAfter,
    foreignCpuShare: Math.max(...states.map(({ foreignShare }) => foreignShare)),
    stealShare: Math.max(...states.map(({ stealShare }) => stealShare)),
    majorFaults: total('majorFaults'),
    swappedBytes: total('swappedBytes'),
    quotaSeconds: total('quotaSeconds'),
    thermalEvents: total('thermalEvents'),
    noise: Math.max(...loads.map(({ noise }) => noise)),
    repeated: loads.reduce((sum, { repeated }) => sum + repeated, 0),
    disturbed: loads.some(({ disturbed }) => disturbed),
    disturbedBy: [...new Set(states.flatMap(disturbances))].join(', ') || 'nothing',
  };
}
