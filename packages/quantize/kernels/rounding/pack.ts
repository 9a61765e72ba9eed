/**
 * Packs codes, a byte each, of 2, 3, 4 or 8 bits into bytes, low bits first: the order of MatMulNBits,
 * GatherBlockQuantized and of the ONNX types int4 and int2. `count` codes must fill whole bytes.
 */
export function pack(codes: usize, count: usize, bits: usize, out: usize): void {
  if (bits === 8) {
    memory.copy(out, codes, count);
    return;
  }
  // What neighbours leave behind as they move together: as singles, as pairs; after fours nothing is between them.
  const pairs = i64x2.splat(((1 << (2 * bits)) - 1) * 0x0001_0001_0001_0001);
  const fours = i64x2.splat(((1 << (4 * bits)) - 1) * 0x0000_0001_0000_0001);
  let i: usize = 0;
  for (; i + 16 <= count; i += 16, out += 2 * bits) {
    let words = v128.load(codes + i);
    words = v128.and(v128.or(words, i64x2.shr_u(words, i32(8 - bits))), pairs);
    words = v128.and(v128.or(words, i64x2.shr_u(words, i32(16 - 2 * bits))), fours);
    words = v128.or(words, i64x2.shr_u(words, i32(32 - 4 * bits)));
    const low = u64(i64x2.extract_lane(words, 0)) & 0xffff_ffff;
    const word = low | (u64(i64x2.extract_lane(words, 1)) << (8 * bits));
    store<u32>(out, u32(word));
    if (bits === 3) store<u16>(out, u16(word >> 32), 4);
    if (bits === 4) store<u32>(out, u32(word >> 32), 4);
  }
  let byte: u32 = 0;
  for (let bit: usize = 0; i < count; i++) {
    byte |= u32(load<u8>(codes + i)) << u32(bit);
    bit = (bit + bits) & 7;
    if (bit === 0) {
      store<u8>(out++, u8(byte));
      byte = 0;
    }
  }
}
