import { instantiate } from '../wasm/instantiate.ts';
import type { RoundingKernels } from '../wasm/rounding-kernels.ts';

/** Codes packed at a time: a page of memory. */
const CHUNK = 2 ** 16;

let packer: { memory: WebAssembly.Memory; kernels: RoundingKernels } | undefined;

/**
 * Packs codes of 2, 3, 4 or 8 bits into bytes, low bits first: the order of MatMulNBits, GatherBlockQuantized and of the
 * ONNX types int4 and int2. `codes.length` must fill whole bytes.
 */
export function packCodes(codes: Uint8Array, bits: number, out: Uint8Array, offset: number): void {
  if (packer === undefined) {
    const memory = new WebAssembly.Memory({ initial: 3 });
    packer = { memory, kernels: instantiate('rounding', memory) };
  }
  const { memory, kernels } = packer;
  // Behind the module's own page: codes, then what they are packed into.
  const bytes = new Uint8Array(memory.buffer, CHUNK);
  for (let start = 0; start < codes.length; start += CHUNK) {
    const part = codes.subarray(start, start + CHUNK);
    bytes.set(part);
    kernels.pack(CHUNK, part.length, bits, 2 * CHUNK);
    out.set(bytes.subarray(CHUNK, CHUNK + (part.length * bits) / 8), offset + (start * bits) / 8);
  }
}

/** The first `codes.length` codes out of what {@link packCodes} wrote at `offset`. */
export function unpackCodes(packed: Uint8Array, bits: number, offset: number, codes: Uint8Array): void {
  const mask = 2 ** bits - 1;
  for (let i = 0, bit = 0; i < codes.length; i++, bit += bits) {
    const byte = offset + (bit >> 3);
    // A code of 3 bits may begin in one byte and end in the next.
    codes[i] = ((packed[byte]! | (packed[byte + 1]! << 8)) >> (bit & 7)) & mask;
  }
}
