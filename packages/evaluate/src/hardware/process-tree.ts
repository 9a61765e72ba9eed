import { readdir, readFile } from 'node:fs/promises';

/** One process of a tree. */
export interface ProcessFacts {
  pid: number;
  parent: number;
  cpuSeconds: number;
  majorFaults: number;
  /** Of its children that have ended. */
  ended: { cpuSeconds: number; majorFaults: number };
}

/** The kernel counts processor time in hundredths of a second, whatever its own tick. */
const TICKS = 100;

/** Reads the text of `/proc/PID/stat`; the name in brackets may hold anything, brackets too. */
export function parseProcessStat(text: string): ProcessFacts {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  // Numbered from the state, which is the third field of proc(5).
  const field = (number: number) => fields[number - 3] ?? 0;
  return {
    pid: Number.parseInt(text, 10),
    parent: field(4),
    cpuSeconds: (field(14) + field(15)) / TICKS,
    majorFaults: field(12),
    ended: { cpuSeconds: (field(16) + field(17)) / TICKS, majorFaults: field(13) },
  };
}

/**
 * A process and all that descend from it, itself first: what an engine starts counts as its own. Elsewhere than on Linux
 * nothing is known of it, and the list is empty.
 */
export async function processTree(root: number): Promise<ProcessFacts[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  // A process may end between the listing and the reading.
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  const all = stats.filter((text) => text !== '').map(parseProcessStat);
  const family = all.filter(({ pid }) => pid === root);
  for (const { pid } of family) family.push(...all.filter(({ parent }) => parent === pid));
  return family;
}
