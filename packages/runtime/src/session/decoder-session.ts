import type { InferenceSession } from 'onnxruntime-node';
import type { DecoderShape } from './decoder-shape.ts';

/** A loaded decoder. Release it: its weights live outside the JavaScript heap. */
export class DecoderSession implements AsyncDisposable {
  readonly inference: InferenceSession;
  readonly shape: DecoderShape;
  /** The model file, for messages. */
  readonly file: string;
  /** As asked for; undefined leaves it to ONNX Runtime. */
  readonly threads: number | undefined;
  /** Tokens of a row in which continuations of one text may stand, see `allowBranches`; undefined: they may not. */
  readonly branchLimit: number | undefined;
  /** Tokens of a cache, its spare columns counted, and of a run together, see `emitColumns`. */
  readonly cacheLimit: number | undefined;

  constructor(options: {
    inference: InferenceSession;
    shape: DecoderShape;
    file: string;
    threads?: number | undefined;
    branchLimit?: number | undefined;
    cacheLimit?: number | undefined;
  }) {
    this.inference = options.inference;
    this.shape = options.shape;
    this.file = options.file;
    this.threads = options.threads;
    this.branchLimit = options.branchLimit;
    this.cacheLimit = options.cacheLimit;
  }

  async release(): Promise<void> {
    await this.inference.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
