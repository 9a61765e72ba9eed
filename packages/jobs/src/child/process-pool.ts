import { JobProcess } from './job-process.ts';

/** An unused process gives its memory back after this time. */
const IDLE_MS = 5000;

interface Waiting {
  process: JobProcess;
  expiry: NodeJS.Timeout;
}

/**
 * Processes for the jobs of one store. Starting one costs half a second of a core, more than a small job, so a process
 * that did its job well takes the next one, one at a time. A job that measures gets a fresh process with nothing but
 * its own module in it, so that peak memory is its own; that process starts up while the job before still runs.
 */
export class ProcessPool {
  readonly #idle: Waiting[] = [];
  /** The module of the jobs that measure, once there was one: what is computed is measured next. */
  #measuring: string | undefined;
  #spare: Waiting | undefined;

  take(module: string, measures: boolean): JobProcess {
    if (measures) return this.#takeFresh(module);
    if (this.#measuring !== undefined) this.#prepare(this.#measuring);
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      clearTimeout(idle.expiry);
      if (idle.process.alive) return idle.process;
    }
    return new JobProcess();
  }

  /** Takes back a process that has done a job and stayed. */
  giveBack(process: JobProcess): void {
    const expiry = setTimeout(() => {
      this.#idle.splice(
        this.#idle.findIndex((idle) => idle.process === process),
        1,
      );
      process.dismiss();
    }, IDLE_MS).unref();
    this.#idle.push({ process, expiry });
  }

  #takeFresh(module: string): JobProcess {
    this.#measuring = module;
    const spare = this.#spare;
    this.#spare = undefined;
    clearTimeout(spare?.expiry);
    if (spare?.process.alive === true && spare.process.preload === module) return spare.process;
    spare?.process.dismiss();
    return new JobProcess({ preload: module });
  }

  #prepare(module: string): void {
    if (this.#spare?.process.alive === true) return;
    const process = new JobProcess({ preload: module });
    const expiry = setTimeout(() => {
      this.#spare = undefined;
      process.dismiss();
    }, IDLE_MS).unref();
    this.#spare = { process, expiry };
  }
}

const pools = new Map<string, ProcessPool>();

/** The pool of a store; there is one per store and process. */
export function poolOf(storeRoot: string): ProcessPool {
  const pool = pools.get(storeRoot) ?? new ProcessPool();
  pools.set(storeRoot, pool);
  return pool;
}
