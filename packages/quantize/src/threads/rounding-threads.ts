import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { FAILURE_CODES, QuantloopError, type FailureCode } from '@quantloop/core';
import type { PackedWeight } from '../pack/packed-weight.ts';
import type { Failure, PieceMessage, PieceResult, ThreadData } from './messages.ts';

interface Job {
  message: PieceMessage;
  resolve(packed: PackedWeight): void;
  reject(error: unknown): void;
}

interface Thread {
  worker: Worker;
  /** Given to the thread, first to last. */
  jobs: Job[];
}

const extension = extname(fileURLToPath(import.meta.url));
const main = new URL(`./rounding-thread${extension}`, import.meta.url);
/** Sources import each other by package name; the condition leads to the sources and not to a build. */
const sources = extension === '.ts' ? { execArgv: ['--conditions=@quantloop/source'] } : {};

/** What a thread is given at a time: one to do, and one to go on with while this thread is busy writing. */
const GIVEN = 2;

/**
 * Threads that round pieces of a model's weights. Each reads the file itself; packed parts come back without a copy.
 * They start with the first piece and end with the disposal, or at once when the signal is aborted.
 */
export class RoundingThreads implements AsyncDisposable {
  readonly #options: { file: string; threads: number; signal?: AbortSignal | undefined };
  readonly #waiting: Job[] = [];
  #threads: Thread[] = [];
  #bytesRead = 0;
  readonly #abort = (): void => this.#fail(this.#options.signal!.reason);

  constructor(options: { file: string; threads: number; signal?: AbortSignal | undefined }) {
    this.#options = options;
  }

  /** By all threads, for what is finished. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** @throws QuantloopError what rounding throws, `internal` when a thread ends; the signal's reason */
  round(message: PieceMessage): Promise<PackedWeight> {
    this.#options.signal?.throwIfAborted();
    if (this.#threads.length === 0) this.#start();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject });
      this.#give();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    const threads = this.#threads;
    this.#threads = [];
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  #start(): void {
    const { file, threads, signal } = this.#options;
    signal?.addEventListener('abort', this.#abort, { once: true });
    const workerData: ThreadData = { file };
    this.#threads = Array.from({ length: threads }, () => {
      const thread: Thread = { worker: new Worker(main, { workerData, ...sources }), jobs: [] };
      thread.worker.on('message', (result: PieceResult) => this.#finish(thread, result));
      thread.worker.on('error', (error) => this.#fail(error));
      thread.worker.on('exit', (code) => this.#fail(new Error(`A rounding thread ended with ${code}.`)));
      return thread;
    });
  }

  /** Hands out what waits, to the thread with the least to do. */
  #give(): void {
    while (this.#waiting.length > 0) {
      const idlest = this.#threads.reduce((a, b) => (b.jobs.length < a.jobs.length ? b : a));
      if (idlest.jobs.length >= GIVEN) return;
      const job = this.#waiting.shift()!;
      idlest.jobs.push(job);
      idlest.worker.postMessage(job.message);
    }
  }

  #finish(thread: Thread, result: PieceResult): void {
    const job = thread.jobs.shift()!;
    if ('packed' in result) {
      this.#bytesRead += result.bytesRead;
      job.resolve(result.packed);
    } else job.reject(rebuild(result.failure));
    this.#give();
  }

  #fail(error: unknown): void {
    const jobs = [...this.#threads.flatMap((thread) => thread.jobs.splice(0)), ...this.#waiting.splice(0)];
    for (const { reject } of jobs) reject(error);
    void this[Symbol.asyncDispose]();
  }
}

function rebuild({ code, message, hint, stack }: Failure): Error {
  const error = Object.assign(new Error(message), { stack });
  if (code === undefined || !(code in FAILURE_CODES)) return Object.assign(error, { code });
  return new QuantloopError({
    code: code as FailureCode,
    message,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}
