import { readFile } from 'node:fs/promises';

/** The cores that this process may use, as Linux counts them, rising; undefined where the system does not tell. */
export async function allowedCores(): Promise<number[] | undefined> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  return parseCores(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '');
}

/** A list of numbers and ranges as Linux writes them (`0-3,8`), sorted, each once; undefined where it is none. */
export function parseCores(text: string): number[] | undefined {
  const cores = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first)) return undefined;
    for (let core = Number(first); core <= Number(last); core++) cores.add(core);
  }
  return [...cores].sort((a, b) => a - b);
}
