import { readFile } from 'node:fs/promises';

const PAGE = 4096;

/** Bytes that the machine has moved to or from swap since it was started; 0 where it cannot be read. */
export async function swappedBytes(): Promise<number> {
  return parseVmStat(await readFile('/proc/vmstat', 'utf8').catch(() => ''));
}

/** Reads `pswpin` and `pswpout` of `/proc/vmstat`, both in pages. */
export function parseVmStat(text: string): number {
  const pages = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return (pages('pswpin') + pages('pswpout')) * PAGE;
}
