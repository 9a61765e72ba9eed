import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { allowedCores } from '../../hardware/allowed-cores.ts';

/** Processor time of the cores that this process may use since the machine was started, in ticks of any length. */
export interface CpuTimes {
  total: number;
  idle: number;
  /** Taken by the hypervisor for other machines. */
  steal: number;
  /** How many they are. */
  cores: number;
}

export async function cpuTimes(): Promise<CpuTimes> {
  const [text, allowed] = await Promise.all([
    readFile('/proc/stat', 'utf8').catch(() => undefined),
    allowedCores(),
  ]);
  if (text !== undefined) return parseProcStat(text, allowed);
  // Elsewhere than on Linux nothing tells of a hypervisor.
  const times = cpus().map((cpu) => cpu.times);
  const idle = times.reduce((sum, time) => sum + time.idle, 0);
  const busy = times.reduce((sum, time) => sum + time.user + time.nice + time.sys + time.irq, 0);
  return { total: idle + busy, idle, steal: 0, cores: times.length };
}

/**
 * The lines `cpu0`, `cpu1`, … of `/proc/stat`: user nice system idle iowait irq softirq steal, in ticks.
 *
 * @param allowed the cores that count. Default: all
 */
export function parseProcStat(text: string, allowed?: readonly number[]): CpuTimes {
  const times: CpuTimes = { total: 0, idle: 0, steal: 0, cores: 0 };
  for (const [, core, numbers = ''] of text.matchAll(/^cpu(\d+) (.*)$/gm)) {
    if (allowed !== undefined && !allowed.includes(Number(core))) continue;
    const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, steal = 0] = numbers
      .split(/\s+/)
      .map(Number);
    times.total += user + nice + system + idle + wait + irq + soft + steal;
    times.idle += idle + wait;
    times.steal += steal;
    times.cores += 1;
  }
  return times;
}
