import { PanelMemory } from '../weights/panel-memory.ts';
import type { Panel, WeightSource } from '../weights/weight-source.ts';
import { errorSums } from './error-sums.ts';

export interface PanelRounderOptions {
  weight: WeightSource;
  /** Weights that share a grid, from the first of a channel on; the last may be fewer. */
  span: number;
  /** Of the grids: codes are 0 … 2^bits − 1. */
  bits: number;
  /** Bits that a code is stored in. @default bits */
  storedBits?: number;
  /** Codes stored of a channel, those beyond its weights being 0. @default k */
  stride?: number;
}

/** Grids of the spans of a panel, [count, spans of a channel]. */
export interface PanelGrids {
  /** Smallest and largest of each span's weights and 0, in turns. */
  ranges: Float32Array;
  /** To be set before rounding. */
  scales: Float32Array;
  zeros: Uint8Array;
}

/**
 * Rounds a weight panel by panel to the nearest codes (ties to even) of grids that are chosen in between, packs them and
 * adds up the error of what will be read back, (code − zero) · scale in single precision. In WebAssembly, see
 * docs/decisions/010-wasm-kernels.md.
 */
export class PanelRounder {
  /** Of all panels so far. Σ over a span first, then over spans in order: the same whatever the panels. */
  readonly sums = errorSums();
  readonly #memory: PanelMemory;
  readonly #k: number;
  readonly #span: number;
  readonly #spans: number;
  readonly #top: number;
  readonly #storedBits: number;
  readonly #stride: number;
  #count = 0;
  #data = 0;

  constructor({ weight, span, bits, storedBits = bits, stride = weight.k }: PanelRounderOptions) {
    this.#memory = weight.memory ?? new PanelMemory();
    this.#k = weight.k;
    this.#span = span;
    this.#spans = Math.ceil(weight.k / span);
    this.#top = 2 ** bits - 1;
    this.#storedBits = storedBits;
    this.#stride = stride;
  }

  /** Takes up a panel. Its grids lie where those of the last one did. */
  load({ data, count }: Panel): PanelGrids {
    const memory = this.#memory;
    if (data.buffer !== memory.buffer) {
      memory.prepare({ k: this.#k, channels: count, strip: 0 });
      const copy = memory.panel(data.length);
      copy.set(data);
      data = copy;
    }
    this.#data = data.byteOffset;
    this.#count = count;
    const { buffer } = memory;
    const { ranges, scales, zeros } = this.#places();
    const spans = count * this.#spans;
    memory.kernels.ranges(this.#data, this.#k, count, this.#span, ranges);
    return {
      ranges: new Float32Array(buffer, ranges, 2 * spans),
      scales: new Float32Array(buffer, scales, spans),
      zeros: new Uint8Array(buffer, zeros, spans),
    };
  }

  /** Packed codes of the panel, [count, stride · storedBits / 8]; overwritten by the next one's. */
  round(): Uint8Array<ArrayBuffer> {
    const { kernels, buffer } = this.#memory;
    const { sums, scales, zeros, codes, packed, packedBytes } = this.#places();
    const totals = new Float64Array(buffer, sums, this.sums.length);
    totals.set(this.sums);
    kernels.round(
      this.#data,
      this.#k,
      this.#count,
      this.#span,
      scales,
      zeros,
      this.#top,
      this.#storedBits,
      codes,
      this.#stride,
      packed,
      sums,
    );
    this.sums.set(totals);
    return new Uint8Array(buffer, packed, packedBytes);
  }

  /** Addresses in the scratch memory. */
  #places() {
    const spans = this.#count * this.#spans;
    const sums = this.#memory.scratch;
    const ranges = sums + 8 * this.sums.length;
    const scales = ranges + 8 * spans;
    const zeros = scales + 4 * spans;
    const codes = zeros + spans;
    // The kernel writes codes four at a time.
    const packed = codes + this.#stride + 4;
    const packedBytes = (this.#count * this.#stride * this.#storedBits) / 8;
    if (packed + packedBytes > sums + this.#memory.scratchBytes) {
      throw new RangeError(
        `${this.#count} channels of ${this.#k} weights do not fit into the scratch memory.`,
      );
    }
    return { sums, ranges, scales, zeros, codes, packed, packedBytes };
  }
}
