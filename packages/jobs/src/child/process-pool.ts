import { JobProcess } from './job-process.ts';

/** An unused spare gives its memory back after this time. */
const SPARE_MS = 5000;

/**
 * Processes for the jobs of one store, one each. While a job runs, one spare process starts up beside it with the
 * module that is likely next, so that the next job does not wait for Node and the native libraries to load.
 */
export class ProcessPool {
  readonly #storeRoot: string;
  /** Which module followed which: stages of a campaign come in a steady order. */
  readonly #successors = new Map<string, string>();
  #previous: string | undefined;
  #spare: { process: JobProcess; expiry: NodeJS.Timeout } | undefined;

  constructor(storeRoot: string) {
    this.#storeRoot = storeRoot;
  }

  /** A process for a job. One that measures gets what only its own module was loaded into, and no company. */
  take(module: string, measures: boolean): JobProcess {
    if (this.#previous !== undefined) this.#successors.set(this.#previous, module);
    this.#previous = module;
    const spare = this.#takeSpare();
    const fits = spare?.alive === true && (!measures || spare.preload === module);
    if (!fits) spare?.dispose();
    const process = fits ? spare : new JobProcess({ storeRoot: this.#storeRoot });
    if (!measures) this.prepare(module);
    return process;
  }

  /** Starts a spare for what usually follows the module. */
  prepare(module: string): void {
    if (this.#spare?.process.alive === true) return;
    const preload = this.#successors.get(module) ?? module;
    const process = new JobProcess({ storeRoot: this.#storeRoot, preload });
    const expiry = setTimeout(() => this.#takeSpare()?.dispose(), SPARE_MS).unref();
    this.#spare = { process, expiry };
  }

  #takeSpare(): JobProcess | undefined {
    const spare = this.#spare;
    this.#spare = undefined;
    clearTimeout(spare?.expiry);
    return spare?.process;
  }
}

const pools = new Map<string, ProcessPool>();

/** The pool of a store; there is one per store and process. */
export function poolOf(storeRoot: string): ProcessPool {
  const pool = pools.get(storeRoot) ?? new ProcessPool(storeRoot);
  pools.set(storeRoot, pool);
  return pool;
}
