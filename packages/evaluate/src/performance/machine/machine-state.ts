import { z } from 'zod';

/** What else the machine did while something was measured. Shares are of the capacity of the cores that this process may use. */
export const MachineState = z.strictObject({
  wallSeconds: z.number(),
  /** Processor time of this process and its children. */
  ownCpuSeconds: z.number(),
  /** Busy with other processes. */
  foreignShare: z.number(),
  idleShare: z.number(),
  /** Taken by the hypervisor for other machines. */
  stealShare: z.number(),
  /** Pages of these processes that had to be read from disk. */
  majorFaults: z.int().nonnegative(),
  /** Bytes that the machine moved to or from swap. */
  swappedBytes: z.number(),
  /** Seconds that the control group's quota kept threads waiting. */
  quotaSeconds: z.number(),
  /** Times a core was slowed down because it was too hot. */
  thermalEvents: z.number(),
  /** Mean clock of the cores in MHz, at the beginning and at the end, where the kernel tells. */
  clock: z.strictObject({ before: z.number(), after: z.number() }).optional(),
  /** Load average over a minute. */
  loadBefore: z.number(),
  loadAfter: z.number(),
});
export type MachineState = z.infer<typeof MachineState>;

/** What happened in several spans of time, one after the other. */
export function together(states: readonly [MachineState, ...MachineState[]]): MachineState {
  const sum = (
    part: 'wallSeconds' | 'ownCpuSeconds' | 'majorFaults' | 'swappedBytes' | 'quotaSeconds' | 'thermalEvents',
  ) => states.reduce((total, state) => total + state[part], 0);
  const wallSeconds = sum('wallSeconds');
  const mean = (part: 'foreignShare' | 'idleShare' | 'stealShare') =>
    states.reduce((total, state) => total + state[part] * state.wallSeconds, 0) / Math.max(wallSeconds, 1e-9);
  const [first] = states;
  const last = states.at(-1)!;
  return {
    wallSeconds,
    ownCpuSeconds: sum('ownCpuSeconds'),
    foreignShare: mean('foreignShare'),
    idleShare: mean('idleShare'),
    stealShare: mean('stealShare'),
    majorFaults: sum('majorFaults'),
    swappedBytes: sum('swappedBytes'),
    quotaSeconds: sum('quotaSeconds'),
    thermalEvents: sum('thermalEvents'),
    ...(first.clock !== undefined &&
      last.clock !== undefined && { clock: { before: first.clock.before, after: last.clock.after } }),
    loadBefore: first.loadBefore,
    loadAfter: last.loadAfter,
  };
}

/** Below these a measurement is believed to have had the machine to itself. */
const LIMITS = {
  foreignShare: 0.1,
  stealShare: 0.05,
  /** Of the time on the wall. */
  quotaShare: 0.05,
  /** A few pages move on any machine that has swap. */
  swappedBytes: 2 ** 20,
} as const;

/**
 * What disturbed a measurement, in words; nothing where it had the machine to itself. Foreign load alone does not count
 * while cores are idle.
 */
export function disturbances(state: MachineState): string[] {
  const { foreignShare, idleShare, stealShare, quotaSeconds, thermalEvents, swappedBytes, wallSeconds } =
    state;
  const found: [boolean, string][] = [
    [foreignShare > LIMITS.foreignShare && idleShare < LIMITS.foreignShare, 'other processes'],
    [stealShare > LIMITS.stealShare, 'other virtual machines'],
    [quotaSeconds > LIMITS.quotaShare * wallSeconds, 'the quota of the control group'],
    [thermalEvents > 0, 'heat'],
    [swappedBytes > LIMITS.swappedBytes, 'swapping'],
  ];
  return found.filter(([disturbed]) => disturbed).map(([, what]) => what);
}

/** Whether other work leaves the machine alone while nothing is measured: then idle cores are no comfort. */
export const isQuiet = (state: MachineState): boolean =>
  state.foreignShare <= LIMITS.foreignShare && disturbances(state).length === 0;
