import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

/** Processor time of all cores since the machine was started, in ticks of any length. */
export interface CpuTimes {
  total: number;
  idle: number;
  /** Taken by the hypervisor for other machines. */
  steal: number;
}

export async function cpuTimes(): Promise<CpuTimes> {
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
