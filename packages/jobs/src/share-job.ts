import type { JournalNote } from '@quantloop/artifacts';
import type { Progress } from './job-context.ts';

export interface JobCaller {
  signal: AbortSignal | undefined;
  onProgress: ((progress: Progress) => void) | undefined;
  onOutput: ((line: string, pid: number) => void) | undefined;
  onNote: ((note: JournalNote) => void) | undefined;
}

export interface SharedRun {
  /** Aborted once the last caller has gone. */
  signal: AbortSignal;
  onProgress(progress: Progress): void;
  onOutput(line: string, pid: number): void;
  onNote(note: JournalNote): void;
}

interface SharedJob {
  callers: Set<JobCaller>;
  abort: AbortController;
  end: Promise<unknown>;
}

const running = new Map<string, SharedJob>();

/** Runs a job once for all who ask for the same thing at the same time in this process; it ends early when all have left. */
export async function shareJob<T>(
  identity: string,
  caller: JobCaller,
  start: (run: SharedRun) => Promise<T>,
): Promise<T> {
  caller.signal?.throwIfAborted();
  const job = join(identity, caller, start);
  return new Promise<T>((resolve, reject) => {
    const leave = () => {
      job.callers.delete(caller);
      if (job.callers.size > 0) return reject(caller.signal?.reason);
      // Nobody else may start the same job before this one has really ended.
      job.abort.abort(caller.signal?.reason);
    };
    caller.signal?.addEventListener('abort', leave, { once: true });
    job.end
      .then((result) => resolve(result as T), reject)
      .finally(() => caller.signal?.removeEventListener('abort', leave));
  });
}

function join<T>(identity: string, caller: JobCaller, start: (run: SharedRun) => Promise<T>): SharedJob {
  const known = running.get(identity);
  if (known !== undefined && !known.abort.signal.aborted) {
    known.callers.add(caller);
    return known;
  }
  const callers = new Set([caller]);
  const abort = new AbortController();
  const onProgress = (progress: Progress) => callers.forEach((each) => each.onProgress?.(progress));
  const onOutput = (line: string, pid: number) => callers.forEach((each) => each.onOutput?.(line, pid));
  // What is counted is counted once.
  const onNote = (note: JournalNote) => [...callers][0]?.onNote?.(note);
  const before = known?.end.catch(() => {}) ?? Promise.resolve();
  const job: SharedJob = {
    callers,
    abort,
    end: before
      .then(() => start({ signal: abort.signal, onProgress, onOutput, onNote }))
      .finally(() => {
        if (running.get(identity) === job) running.delete(identity);
      }),
  };
  running.set(identity, job);
  return job;
}
