import { readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { z } from 'zod';

/** What else the machine did while something was measured. Shares are of the capacity of all its cores. */
export const MachineState = z.strictObject({
  wallSeconds: z.number(),
  /** Processor time of this process. */
  ownCpuSeconds: z.number(),
  /** Busy with other processes. */
  foreignShare: z.number(),
  idleShare: z.number(),
  /** Taken by the hypervisor for other machines. */
  stealShare: z.number(),
  /** Pages of this process that had to be read from disk. */
  majorFaults: z.int().nonnegative(),
  /** Load average over a minute. */
  loadBefore: z.number(),
  loadAfter: z.number(),
});
export type MachineState = z.infer<typeof MachineState>;

/** Below these a measurement is believed to have had the machine to itself. */
const FOREIGN = 0.1;
const STEAL = 0.05;

/**
 * Whether other work took cores that the measurement wanted: foreign load alone does not count while cores are idle.
 */
export function isDisturbed(state: MachineState): boolean {
  return state.stealShare > STEAL || (state.foreignShare > FOREIGN && state.idleShare < FOREIGN);
}

/** Starts watching; the function returned tells what happened since. */
export async function watchMachine(): Promise<() => Promise<MachineState>> {
  const before = await snapshot();
  return async () => {
    const after = await snapshot();
    const wallSeconds = after.seconds - before.seconds;
    const capacity = Math.max(after.times.total - before.times.total, 1e-9);
    const share = (part: 'idle' | 'steal') => (after.times[part] - before.times[part]) / capacity;
    const own = after.ownCpuSeconds - before.ownCpuSeconds;
    const ownShare = own / Math.max(wallSeconds * cpus().length, 1e-9);
    return {
      wallSeconds,
      ownCpuSeconds: own,
      foreignShare: Math.max(0, 1 - share('idle') - share('steal') - ownShare),
      idleShare: share('idle'),
      stealShare: share('steal'),
      majorFaults: after.majorFaults - before.majorFaults,
      loadBefore: before.load,
      loadAfter: after.load,
    };
  };
}

async function snapshot() {
  const { user, system } = process.cpuUsage();
  return {
    seconds: performance.now() / 1000,
    ownCpuSeconds: (user + system) / 1e6,
    times: await cpuTimes(),
    majorFaults: process.resourceUsage().majorPageFault,
    load: loadavg()[0]!,
  };
}

interface CpuTimes {
  total: number;
  idle: number;
  steal: number;
}

async function cpuTimes(): Promise<CpuTimes> {
  const text = await readFile('/proc/stat', 'utf8').catch(() => undefined);
  if (text !== undefined) return parseProcStat(text);
  // Elsewhere than on Linux nothing tells of a hypervisor.
  const times = cpus().map((cpu) => cpu.times);
  const idle = times.reduce((sum, time) => sum + time.idle, 0);
  const busy = times.reduce((sum, time) => sum + time.user + time.nice + time.sys + time.irq, 0);
  return { total: idle + busy, idle, steal: 0 };
}

/** The first line of `/proc/stat`: user nice system idle iowait irq softirq steal, in ticks over all cores. */
export function parseProcStat(text: string): CpuTimes {
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, steal = 0] = (
    text.split('\n', 1)[0] ?? ''
  )
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return { total: user + nice + system + idle + wait + irq + soft + steal, idle: idle + wait, steal };
}
