/** Exponent and rounding tables turn both directions into one lookup and a few integer operations per element. */
const HALF_TO_SINGLE = buildHalfTable();

function buildHalfTable(): Float32Array {
  const table = new Float32Array(65536);
  const bits = new Uint32Array(table.buffer);
  for (let half = 0; half < 65536; half++) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) bits[half] = sign | 0x7f800000 | (fraction << 13);
    else if (exponent !== 0) bits[half] = sign | ((exponent + 112) << 23) | (fraction << 13);
    else table[half] = (half & 0x8000 ? -1 : 1) * fraction * 2 ** -24;
  }
  return table;
}

/** IEEE 754 half → single precision, exact, subnormals, infinities and NaN payloads included. */
export function float16ToFloat32(
  source: Uint16Array,
  out: Float32Array<ArrayBuffer> = new Float32Array(source.length),
): Float32Array<ArrayBuffer> {
  // Copied as bit patterns: a store through a float register may quieten a signalling NaN.
  const from = new Uint32Array(HALF_TO_SINGLE.buffer);
  const to = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < source.length; i++) to[i] = from[source[i]!]!;
  return out;
}

/** Single → half precision, rounded to nearest even; beyond 65519.99… becomes infinity, NaN stays NaN. */
export function float32ToFloat16(
  source: Float32Array,
  out: Uint16Array<ArrayBuffer> = new Uint16Array(source.length),
): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  for (let i = 0; i < bits.length; i++) out[i] = roundToHalf(bits[i]!);
  return out;
}

function roundToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x1ff);
  // 0x47800000 = 65536; what rounds up to it carries into the infinity pattern by itself.
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded >>> 13) - 0x1c000);
  }
  // Below 2^-25 everything is nearer to zero (2^-25 itself is a tie, and zero is even).
  if (magnitude <= 0x33000000) return sign;
  const shift = 126 - (magnitude >>> 23);
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const kept = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0));
}
