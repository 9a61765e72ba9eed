import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * How many processes the kernel has killed for memory around here, by each counter that can be read: the control
 * group (v2 `memory.events`, v1 `memory.oom_control`) of a process and those above it, and the whole machine.
 */
export function oomKills(pid: number | 'self' = 'self'): number {
  return counterFiles(pid).reduce((sum, file) => sum + countIn(file), 0);
}

function counterFiles(pid: number | 'self'): string[] {
  const files = ['/proc/vmstat'];
  for (const line of read(`/proc/${pid}/cgroup`).split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined || (controllers !== '' && controllers !== 'memory')) continue;
    const [mount, name] =
      controllers === ''
        ? ['/sys/fs/cgroup', 'memory.events']
        : ['/sys/fs/cgroup/memory', 'memory.oom_control'];
    // Inside a container the path may be the host's; then only the mount's own root is there.
    for (let group = path; ; group = dirname(group)) {
      files.push(join(mount, group, name));
      if (group === '/') break;
    }
  }
  return files;
}

function countIn(file: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(read(file))?.[1] ?? 0);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
