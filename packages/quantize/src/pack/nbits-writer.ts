import { float32ToFloat16 } from '@quantloop/onnx';
import type { Span } from '../round/fit-span.ts';
import { allocateParts } from './allocate-parts.ts';
import { matMulNBits } from './matmul-nbits.ts';
import { blocksPerChannel, kernelBits, zeroPointBytes } from './nbits-shape.ts';
import { packCodes } from './pack-codes.ts';
import type { Part } from './packed-weight.ts';
import type { NBitsStorage } from './storage.ts';

/** Packs codes channel by channel for MatMulNBits. */
export class NBitsWriter {
  /** The codes of the channel that is being written, [blocks · blockSize]; padding keeps code 0. */
  readonly codes: Uint8Array;
  readonly #storage: NBitsStorage;
  readonly #blocks: number;
  readonly #parts: Part[];
  readonly #scales: Float32Array;
  readonly #zeros: Uint8Array;

  constructor(storage: NBitsStorage) {
    const { n, bits, blockSize, scaleType } = storage;
    this.#storage = storage;
    this.#blocks = blocksPerChannel(storage);
    this.#parts = allocateParts(matMulNBits.parts(storage));
    this.codes = new Uint8Array(this.#blocks * blockSize);
    this.#scales =
      scaleType === 'float32'
        ? new Float32Array(this.#parts[1]!.data.buffer)
        : new Float32Array(n * this.#blocks);
    // Zero points of a channel fill whole bytes.
    this.#zeros = new Uint8Array((zeroPointBytes(storage) * 8) / kernelBits(bits));
  }

  /** Sets the grid of the inputs `start … end` of a channel. A block that lies in several grids takes the last. */
  span(channel: number, start: number, end: number, { scale, zero }: Span): void {
    const { blockSize } = this.#storage;
    for (let block = Math.floor(start / blockSize); block * blockSize < end; block++) {
      this.#scales[channel * this.#blocks + block] = scale;
      this.#zeros[block] = zero;
    }
  }

  /** Packs `codes` and the grids set since the last channel. */
  finish(channel: number): void {
    const { bits, blockSize } = this.#storage;
    const [packed, , zeroPoints] = this.#parts;
    packCodes(this.codes, bits, packed!.data, (channel * this.#blocks * blockSize * bits) / 8);
    if (zeroPoints !== undefined) {
      packCodes(this.#zeros, kernelBits(bits), zeroPoints.data, channel * zeroPointBytes(this.#storage));
    }
  }

  /** The finished parts, once all channels are. */
  parts(): Part[] {
    if (this.#storage.scaleType === 'float16') {
      float32ToFloat16(this.#scales, new Uint16Array(this.#parts[1]!.data.buffer));
    }
    return this.#parts;
  }
}
