import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { freeTensor } from '../session/free-memory.ts';
import { openGraph } from '../session/open-graph.ts';

/** Threads that have nothing to do sleep: they would spin against the other graphs' threads and against JavaScript. */
const QUIET = { 'session.intra_op.allow_spinning': '0' };

/**
 * Generated graphs as arithmetic: 430 GFLOP/s in float32 on two cores, where plain JavaScript reaches 5. A graph is
 * built and opened on first use (about 0.2 ms) and kept until `release`.
 */
export class Arithmetic implements AsyncDisposable {
  readonly #threads: number | undefined;
  readonly #sessions = new Map<string, Promise<InferenceSession>>();

  constructor(options: { threads?: number | undefined } = {}) {
    this.#threads = options.threads;
  }

  /**
   * Runs the graph known as `name`, building it first where it is new. Graphs run on the CPU.
   *
   * @param build must give the same graph each time it is called with this name.
   * @param into takes these outputs, and no others are made. One may be an input that an operator overwrites element by
   * element, such as what a Gemm adds. @default all outputs, in new memory: the caller may `freeTensor` them
   */
  async run(
    name: string,
    build: () => Uint8Array,
    feeds: Record<string, Tensor>,
    into?: Record<string, Tensor>,
  ): Promise<Record<string, Tensor>> {
    let session = this.#sessions.get(name);
    if (session === undefined) {
      const threads = this.#threads;
      session = openGraph({
        model: build(),
        what: name,
        // Each session's arena would keep the most it ever needed: 921 instead of 699 MB for GPTQ on 134 M weights.
        arena: false,
        extra: QUIET,
        ...(threads === undefined ? {} : { threads }),
      });
      this.#sessions.set(name, session);
    }
    const outputs = (await (await session).run(feeds, into ?? {})) as Record<string, Tensor>;
    if (into === undefined) return outputs;
    // onnxruntime-node returns a copy.
    for (const copy of Object.values(outputs)) freeTensor(copy);
    return into;
  }

  async release(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of sessions) await (await session).release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
