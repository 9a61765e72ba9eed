import { loadavg } from 'node:os';
import { processTree } from '../../hardware/process-tree.ts';
import { cpuTimes } from './cpu-times.ts';
import type { MachineState } from './machine-state.ts';
import { swappedBytes } from './swap.ts';
import { readThrottling } from './throttling.ts';

/** Starts watching; the function returned tells what happened since. */
export async function watchMachine(): Promise<() => Promise<MachineState>> {
  const before = await snapshot();
  return async () => {
    const after = await snapshot();
    const wallSeconds = after.seconds - before.seconds;
    const capacity = Math.max(after.times.total - before.times.total, 1e-9);
    const share = (part: 'idle' | 'steal') => (after.times[part] - before.times[part]) / capacity;
    const since = (part: 'ownCpuSeconds' | 'majorFaults' | 'swapped') =>
      Math.max(0, after[part] - before[part]);
    const own = since('ownCpuSeconds');
    const ownShare = own / Math.max(wallSeconds * after.times.cores, 1e-9);
    const { clock: clockBefore, ...held } = before.throttling;
    const { clock: clockAfter } = after.throttling;
    return {
      wallSeconds,
      ownCpuSeconds: own,
      foreignShare: Math.max(0, 1 - share('idle') - share('steal') - ownShare),
      idleShare: share('idle'),
      stealShare: share('steal'),
      majorFaults: since('majorFaults'),
      swappedBytes: since('swapped'),
      quotaSeconds: after.throttling.quotaSeconds - held.quotaSeconds,
      thermalEvents: after.throttling.thermalEvents - held.thermalEvents,
      ...(clockBefore !== undefined &&
        clockAfter !== undefined && { clock: { before: clockBefore, after: clockAfter } }),
      loadBefore: before.load,
      loadAfter: after.load,
    };
  };
}

async function snapshot() {
  // Of this process itself Node knows to the microsecond, the kernel's table only to the hundredth.
  const { user, system } = process.cpuUsage();
  const [self, ...children] = await processTree(process.pid);
  const ofChildren = (part: 'cpuSeconds' | 'majorFaults') =>
    children.reduce((sum, child) => sum + child[part] + child.ended[part], self?.ended[part] ?? 0);
  return {
    seconds: performance.now() / 1000,
    ownCpuSeconds: (user + system) / 1e6 + ofChildren('cpuSeconds'),
    times: await cpuTimes(),
    majorFaults: process.resourceUsage().majorPageFault + ofChildren('majorFaults'),
    swapped: await swappedBytes(),
    throttling: await readThrottling(),
    load: loadavg()[0]!,
  };
}
