import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What has held the processor back since the machine was started. Zero where it cannot be read. */
export interface Throttling {
  /** Seconds that the control group's quota kept threads of it waiting. */
  quotaSeconds: number;
  /** Times a core was slowed down because it was too hot. */
  thermalEvents: number;
  /** Mean clock of the cores in MHz; undefined where the kernel does not tell, as on most virtual machines. */
  clock: number | undefined;
}

/** @param root where the system's files lie. */
export async function readThrottling(root = '/'): Promise<Throttling> {
  const cores = join(root, 'sys/devices/system/cpu');
  const names = (await readdir(cores).catch(() => [])).filter((name) => /^cpu\d+$/.test(name));
  const perCore = async (file: string) =>
    (await Promise.all(names.map((name) => readNumber(join(cores, name, file))))).filter(
      (value) => value !== undefined,
    );
  const events = await perCore('thermal_throttle/core_throttle_count');
  const clocks = await perCore('cpufreq/scaling_cur_freq');
  return {
    quotaSeconds: await quotaSeconds(root),
    thermalEvents: events.reduce((sum, count) => sum + count, 0),
    clock: clocks.length === 0 ? undefined : clocks.reduce((sum, kHz) => sum + kHz, 0) / clocks.length / 1000,
  };
}

/** `cpu.stat` of the process's control group: version 2 counts microseconds, version 1 nanoseconds. */
async function quotaSeconds(root: string): Promise<number> {
  const groups = await readFile(join(root, 'proc/self/cgroup'), 'utf8').catch(() => '');
  const unified = /^0::(.*)$/m.exec(groups)?.[1] ?? '/';
  const legacy = /^\d+:(?:[^:\n]*,)?cpu(?:,[^:\n]*)?:(.*)$/m.exec(groups)?.[1] ?? '/';
  const files = [
    join('sys/fs/cgroup', unified, 'cpu.stat'),
    join('sys/fs/cgroup/cpu', legacy, 'cpu.stat'),
    // Inside a container the path is that of the host, and the group itself is mounted at the top.
    'sys/fs/cgroup/cpu.stat',
    'sys/fs/cgroup/cpu/cpu.stat',
  ];
  for (const file of files) {
    const text = await readFile(join(root, file), 'utf8').catch(() => '');
    const [, microseconds] = /^throttled_usec (\d+)$/m.exec(text) ?? [];
    if (microseconds !== undefined) return Number(microseconds) / 1e6;
    const [, nanoseconds] = /^throttled_time (\d+)$/m.exec(text) ?? [];
    if (nanoseconds !== undefined) return Number(nanoseconds) / 1e9;
  }
  return 0;
}

async function readNumber(file: string): Promise<number | undefined> {
  const value = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  return Number.isNaN(value) ? undefined : value;
}
