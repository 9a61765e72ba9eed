/** bfloat16 → single precision: the upper half of the bit pattern, exact. */
export function bfloat16ToFloat32(
  source: Uint16Array,
  out: Float32Array<ArrayBuffer> = new Float32Array(source.length),
): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < source.length; i++) bits[i] = source[i]! << 16;
  return out;
}

/** Single precision → bfloat16, rounded to nearest even; NaN stays NaN. */
export function float32ToBfloat16(
  source: Float32Array,
  out: Uint16Array<ArrayBuffer> = new Uint16Array(source.length),
): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  for (let i = 0; i < bits.length; i++) {
    const value = bits[i]!;
    const isNaN = (value & 0x7fffffff) > 0x7f800000;
    out[i] = isNaN ? (value >>> 16) | 0x40 : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
  }
  return out;
}
