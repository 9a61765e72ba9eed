/** The 8-bit floating point types of the OCP standard: four bits of exponent and three of fraction, or five and two. */
export type Float8Type = 'float8e4m3fn' | 'float8e5m2';

interface Format {
  fraction: number;
  bias: number;
  /** The code of the largest finite number. */
  top: number;
}

const FORMATS: Record<Float8Type, Format> = {
  float8e4m3fn: { fraction: 3, bias: 7, top: 0x7e },
  float8e5m2: { fraction: 2, bias: 15, top: 0x7b },
};

/** The largest finite number of each type. */
export const FLOAT8_MAX: Record<Float8Type, number> = { float8e4m3fn: 448, float8e5m2: 57344 };

/** The number of each code; `float8e4m3fn` has no infinities. */
export const FLOAT8_VALUES: Record<Float8Type, Float32Array> = {
  float8e4m3fn: valuesOf('float8e4m3fn'),
  float8e5m2: valuesOf('float8e5m2'),
};

function valuesOf(type: Float8Type): Float32Array {
  const { fraction, bias, top } = FORMATS[type];
  return Float32Array.from({ length: 256 }, (_, code) => {
    const magnitude = code & 0x7f;
    const sign = code < 128 ? 1 : -1;
    if (magnitude > top) return type === 'float8e5m2' && magnitude === top + 1 ? sign * Infinity : NaN;
    const exponent = magnitude >> fraction;
    const steps = magnitude & (2 ** fraction - 1);
    if (exponent === 0) return sign * steps * 2 ** (1 - bias - fraction);
    return sign * (2 ** fraction + steps) * 2 ** (exponent - bias - fraction);
  });
}

/** Integers are spaced by 1 between 2^52 and 2^53: adding and taking away rounds ties to even. */
const MAGIC = 1.5 * 2 ** 52;

const asFloat = new Float32Array(1);
const asBits = new Uint32Array(asFloat.buffer);

/** 2^(127 − e) for a biased exponent e of single precision. */
const SCALES = Float64Array.from({ length: 256 }, (_, exponent) => 2 ** (127 - exponent));

/**
 * The code of a number, rounded once from double precision to nearest even; beyond the largest finite number that is
 * taken, as ONNX does with `saturate`. NaN becomes 0x7f.
 */
export function float8Code(value: number, type: Float8Type): number {
  const { fraction, bias, top } = FORMATS[type];
  asFloat[0] = value;
  const bits = asBits[0]!;
  const sign = (bits >>> 24) & 0x80;
  const exponent = (bits >>> 23) & 0xff;
  if (exponent === 255) return value === value ? sign | top : 0x7f;
  // Below the smallest normal number steps are as wide as just above it.
  const lowest = 128 - bias;
  const binade = exponent < lowest ? lowest : exponent;
  const steps = Math.abs(value) * SCALES[binade]! * 2 ** fraction + MAGIC - MAGIC;
  const code = ((binade - lowest) << fraction) + steps;
  return sign | (code > top ? top : code);
}
