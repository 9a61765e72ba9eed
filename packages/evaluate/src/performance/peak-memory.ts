import { readFile } from 'node:fs/promises';

/** The largest resident set this process has had so far, in bytes (`VmHWM`; elsewhere than on Linux `getrusage`). */
export async function peakResidentBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
  return (kibibytes === undefined ? process.resourceUsage().maxRSS : Number(kibibytes)) * 1024;
}
