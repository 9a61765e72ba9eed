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
  const pairs: u64 = ((1 << (2 * bits)) - 1) * 0x0001_0001_0001_0001;
  const fours: u64 = ((1 << (4 * bits)) - 1) * 0x0000_0001_0000_0001;
  let i: usize = 0;
  for (; i + 8 <= count; i += 8, out += bits) {
    let word = load<u64>(codes + i);
    word = (word | (word >> (8 - bits))) & pairs;
    word = (word | (word >> (16 - 2 * bits))) & fours;
    word = word | (word >> (32 - 4 * bits));
    store<u16>(out, u16(word));
    if (bits === 3) store<u8>(out, u8(word >> 16), 2);
    if (bits === 4) store<u16>(out, u16(word >> 16), 2);
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
