/**
 * Packs codes of 2, 4 or 8 bits into bytes, low bits first: the order of MatMulNBits, GatherBlockQuantized and of the
 * ONNX types int4 and int2. `codes.length` must fill whole bytes.
 */
export function packCodes(codes: Uint8Array, bits: number, out: Uint8Array, offset: number): void {
  if (bits === 8) {
    out.set(codes, offset);
  } else if (bits === 4) {
    for (let i = 0, o = offset; i < codes.length; i += 2, o++) out[o] = codes[i]! | (codes[i + 1]! << 4);
  } else {
    for (let i = 0, o = offset; i < codes.length; i += 4, o++) {
      out[o] = codes[i]! | (codes[i + 1]! << 2) | (codes[i + 2]! << 4) | (codes[i + 3]! << 6);
    }
  }
}

/** The first `codes.length` codes out of what {@link packCodes} wrote at `offset`. */
export function unpackCodes(packed: Uint8Array, bits: number, offset: number, codes: Uint8Array): void {
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  for (let i = 0; i < codes.length; i++) {
    codes[i] = (packed[offset + Math.floor(i / perByte)]! >> ((i % perByte) * bits)) & mask;
  }
}
