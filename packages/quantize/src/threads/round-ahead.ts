import { availableParallelism } from 'node:os';
import type { TensorReader } from '@quantloop/onnx';
import { round } from '../methods/roundings.ts';
import type { PackedPieces, PackedWeight } from '../pack/packed-weight.ts';
import type { PanelMemory } from '../weights/panel-memory.ts';
import { openWeight } from '../weights/weight-source.ts';
import { piecesOf, type Piece } from './piece.ts';
import { RoundingThreads } from './rounding-threads.ts';

/** A model smaller than this is rounded in the time in which threads start: 0.2 s. */
const WORTH_THREADS = 2 ** 25;

/** Weights per thread that may be under way or wait to be taken: two large pieces. */
const AHEAD = 2 ** 24;

export interface RoundAheadOptions {
  file: string;
  reader: TensorReader;
  /** Weights in the order in which they will be asked for, undefined where something else rounds them. */
  pieces: readonly (Piece | undefined)[];
  /** With 1 everything is done by the calling thread. @default one for each core, 1 for a small model */
  threads?: number | undefined;
  signal?: AbortSignal | undefined;
  memory: PanelMemory;
}

/**
 * Rounds weights piece by piece in threads, some ahead of the one that is asked for, so that all cores are busy while
 * finished ones are written. The result of each is the same as without threads.
 */
export class RoundAhead implements AsyncDisposable {
  readonly #options: RoundAheadOptions;
  readonly #threads: RoundingThreads | undefined;
  readonly #window: number;
  readonly #started = new Map<number, Promise<PackedPieces>>();
  #next = 0;
  #underWay = 0;

  constructor(options: RoundAheadOptions) {
    const { file, pieces, signal } = options;
    this.#options = options;
    const total = pieces.reduce((sum, piece) => sum + (piece === undefined ? 0 : weightsOf(piece)), 0);
    const threads = options.threads ?? (total >= WORTH_THREADS ? availableParallelism() : 1);
    this.#window = threads * AHEAD;
    if (threads > 1) this.#threads = new RoundingThreads({ file, threads, signal });
  }

  /** By threads: what this one reads is the reader's own count. */
  get bytesRead(): number {
    return this.#threads?.bytesRead ?? 0;
  }

  /** The rounded weight, or undefined where something else rounds it. Indices only grow. */
  take(index: number): Promise<PackedPieces> | undefined {
    const piece = this.#options.pieces[index];
    if (piece === undefined) return undefined;
    this.#next = Math.max(this.#next, index);
    this.#start(index);
    if (this.#threads !== undefined) {
      while (this.#next < this.#options.pieces.length && this.#underWay < this.#window) {
        this.#start(this.#next++);
      }
    }
    const packed = this.#started.get(index)!;
    this.#started.delete(index);
    return packed.finally(() => (this.#underWay -= weightsOf(piece)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#threads?.[Symbol.asyncDispose]();
  }

  #start(index: number): void {
    const piece = this.#options.pieces[index];
    if (piece === undefined || this.#started.has(index)) return;
    this.#underWay += weightsOf(piece);
    const packed = this.#round(piece);
    // Whoever takes it hears of a failure; nobody does when another one comes first.
    packed.catch(() => {});
    this.#started.set(index, packed);
  }

  async #round(piece: Piece): Promise<PackedPieces> {
    const { reader, memory } = this.#options;
    const { name } = piece.location;
    const pieces = piecesOf(piece);
    // What is stored inside the model is in this thread's memory already.
    if (this.#threads !== undefined && reader.info(name).external) {
      const threads = this.#threads;
      const tensor = reader.tensor(name);
      return Promise.all(pieces.map((part) => threads.round({ ...part, tensor })));
    }
    const rounded: PackedWeight[] = [];
    for (const { location, rounding } of pieces) {
      rounded.push(await round(openWeight({ ...location, reader, memory }), rounding));
    }
    return rounded;
  }
}

const weightsOf = ({ location }: Piece): number => location.k * location.n;
