/**
 * Packs codes of 2, 3, 4 or 8 bits into bytes, low bits first: the order of MatMulNBits, GatherBlockQuantized and of the
 * ONNX types int4 and int2. `codes.length` must fill whole bytes.
 */
export function packCodes(codes: Uint8Array, bits: number, out: Uint8Array, offset: number): void {
  if (bits === 8) {
    out.set(codes, offset);
  } else if (bits === 4) {
    for (let i = 0, o = offset; i < codes.length; i += 2, o++) out[o] = codes[i]! | (codes[i + 1]! << 4);
  } else if (bits === 3) {
    for (let i = 0, o = offset; i < codes.length; i += 8, o += 3) {
      const low = codes[i]! | (codes[i + 1]! << 3) | (codes[i + 2]! << 6) | (codes[i + 3]! << 9);
      const high = codes[i + 4]! | (codes[i + 5]! << 3) | (codes[i + 6]! << 6) | (codes[i + 7]! << 9);
      out[o] = low;
      out[o + 1] = (low >> 8) | (high << 4);
      out[o + 2] = high >> 4;
    }
  } else {
    for (let i = 0, o = offset; i < codes.length; i += 4, o++) {
      out[o] = codes[i]! | (codes[i + 1]! << 2) | (codes[i + 2]! << 4) | (codes[i + 3]! << 6);
    }
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
