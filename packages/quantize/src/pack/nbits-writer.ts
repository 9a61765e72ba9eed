import { float32ToFloat16 } from '@quantloop/onnx';
import { allocateParts } from './allocate-parts.ts';
import { matMulNBits } from './matmul-nbits.ts';
import { blocksPerChannel, kernelBits, zeroPointBytes } from './nbits-shape.ts';
import { packCodes } from './pack-codes.ts';
import type { Part } from './packed-weight.ts';
import type { NBitsStorage } from './storage.ts';

/** Some finished channels of a weight. */
export interface NBitsChannels {
  first: number;
  count: number;
  /** Packed, [count, stride · bits / 8]; codes beyond the channel's weights are 0. */
  codes: Uint8Array;
  /** [count, blocks], or [count] where all blocks of a channel have one grid. */
  scales: Float32Array;
  zeros: Uint8Array;
}

/** Puts the parts of a weight for MatMulNBits together, channel by channel. */
export class NBitsWriter {
  /** Codes of a channel, those that fill up its last block included. */
  readonly stride: number;
  readonly #storage: NBitsStorage;
  readonly #blocks: number;
  readonly #parts: Part[];
  readonly #scales: Float32Array;

  constructor(storage: NBitsStorage) {
    const { n, blockSize, scaleType } = storage;
    this.#storage = storage;
    this.#blocks = blocksPerChannel(storage);
    this.stride = this.#blocks * blockSize;
    this.#parts = allocateParts(matMulNBits.parts(storage));
    this.#scales =
      scaleType === 'float32'
        ? new Float32Array(this.#parts[1]!.data.buffer)
        : new Float32Array(n * this.#blocks);
  }

  write({ first, count, codes, scales, zeros }: NBitsChannels): void {
    const { bits } = this.#storage;
    const blocks = this.#blocks;
    const [packed, , zeroPoints] = this.#parts;
    packed!.data.set(codes, (first * this.stride * bits) / 8);
    spread(scales, count, blocks, this.#scales.subarray(first * blocks), blocks);
    if (zeroPoints !== undefined) {
      const bytes = zeroPointBytes(this.#storage);
      // Those of a channel fill whole bytes.
      const padded = new Uint8Array((count * bytes * 8) / kernelBits(bits));
      spread(zeros, count, blocks, padded, padded.length / count);
      packCodes(padded, kernelBits(bits), zeroPoints.data, first * bytes);
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

/** Copies [count, blocks], or [count] for all blocks of a row, into [count, stride ≥ blocks]. */
function spread<T extends Float32Array | Uint8Array>(
  values: T,
  count: number,
  blocks: number,
  out: T,
  stride: number,
): void {
  if (values.length === count * stride) return out.set(values);
  for (let c = 0; c < count; c++) {
    const row = out.subarray(c * stride, c * stride + blocks);
    if (values.length === count) row.fill(values[c]!);
    else row.set(values.subarray(c * blocks, (c + 1) * blocks));
  }
}
