import { readFile } from 'node:fs/promises';
import { processTree } from '../../hardware/process-tree.ts';

/** The largest resident set this process has had so far, in bytes (`VmHWM`; elsewhere than on Linux `getrusage`). */
export async function peakResidentBytes(): Promise<number> {
  return (await highWaterMark('self')) ?? process.resourceUsage().maxRSS * 1024;
}

/** How often children are looked for. A peak between two looks is not lost: the kernel keeps it while they live. */
const INTERVAL_MS = 100;

/**
 * The peak of this process and of every child while it watches: the sum of each one's own peak. For one process that
 * is exact; of several it is an upper bound, because they may peak at different times and pages they share count
 * each time.
 */
export class PeakMemory {
  readonly #children = new Map<number, number>();
  readonly #helpers: ReadonlySet<number>;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> = Promise.resolve();

  /** @param helpers processes of the measurement itself, which do not count. */
  constructor(options: { helpers?: readonly number[] } = {}) {
    this.#helpers = new Set(options.helpers);
    this.#timer = setInterval(() => (this.#looking = this.#looking.then(() => this.#look())), INTERVAL_MS);
    this.#timer.unref();
  }

  /** Ends the watch; the peak in bytes. */
  async stop(): Promise<number> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#look();
    const children = [...this.#children.values()].reduce((sum, bytes) => sum + bytes, 0);
    return (await peakResidentBytes()) + children;
  }

  async #look(): Promise<void> {
    const [, ...descendants] = await processTree(process.pid);
    for (const { pid } of descendants) {
      if (this.#helpers.has(pid)) continue;
      const bytes = await highWaterMark(pid);
      if (bytes !== undefined) this.#children.set(pid, bytes);
    }
  }
}

async function highWaterMark(pid: number | 'self'): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
