import { readdirSync, readFileSync } from 'node:fs';

/** Of a core. A process that only waits wakes up now and then, and takes a tenth of this. */
const AT_WORK = 0.01;

export interface HangWatchOptions {
  pid: number;
  /** Seconds. */
  after: number;
  onHung: () => void;
}

export interface HangWatch {
  /** The job has said something. */
  sign(): void;
  end(): void;
}

/**
 * Seconds without a word and without work after which a job is taken for hung: a lock that never opens, a stopped process, a
 * device that does not answer. Long, for a job may wait for a server on another machine. `QUANTLOOP_HUNG_AFTER` sets it.
 * @default 600
 */
export function hungAfter(): number {
  return Number(process.env['QUANTLOOP_HUNG_AFTER'] ?? 600);
}

/**
 * Tells once of a process that neither says anything nor computes, nor any that it started. A busy one may be silent for as long
 * as it likes: native code blocks its thread. Where the system does not tell of processor time (it does on Linux), nothing is hung.
 */
export function watchForHang({ pid, after, onHung }: HangWatchOptions): HangWatch {
  let since = performance.now();
  let worked = cpuSeconds(pid);
  const sign = () => {
    since = performance.now();
    worked = cpuSeconds(pid);
  };
  const look = () => {
    const now = cpuSeconds(pid);
    if (now === undefined || now - (worked ?? 0) > AT_WORK * after) return sign();
    if ((performance.now() - since) / 1000 < after) return;
    clearInterval(timer);
    onHung();
  };
  const timer = setInterval(look, 100 * after).unref();
  return { sign, end: () => clearInterval(timer) };
}

/** Of a process, those below it, and those of them that have ended; Linux counts in hundredths. */
function cpuSeconds(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const own = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
    return childrenOf(pid).reduce((sum, child) => sum + (cpuSeconds(child) ?? 0), own);
  } catch {
    return undefined;
  }
}

/** Each thread may have started some. */
function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
}
