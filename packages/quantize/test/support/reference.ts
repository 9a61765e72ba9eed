/**
 * The layouts, one element at a time, straight from their descriptions: slow, and plainly right. Codes are produced
 * from bit strings, positions from the definition of each index.
 */

const half = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
};

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export interface Reference {
  /** Initializer role → bytes or numbers. */
  parts: Record<string, Uint8Array | Int8Array | Uint16Array | Float32Array>;
  /** What the kernel reads back, [k, n] row-major. */
  dequantized: Float32Array;
}

export interface GridOptions {
  bits: number;
  range: 'signed' | 'centered' | 'asymmetric';
  clip?: 'none' | 'mse';
  fit?: 'range' | 'hqq';
}

/** Scale and zero point of some weights, and the code of each. */
export function referenceGrid(weights: number[], options: GridOptions) {
  return options.fit === 'hqq' ? referenceHqq(weights, options) : referenceRange(weights, options);
}

/** Half-quadratic quantization with whole zero points: errors shrunk, then the best straight line, in turns. */
function referenceHqq(weights: number[], { bits }: GridOptions) {
  const top = 2 ** bits - 1;
  const sum = (value: (w: number, i: number) => number) =>
    weights.reduce((all, w, i) => all + value(w, i), 0);
  let { scale, zero } = referenceRange(weights, { bits, range: 'asymmetric' });
  let found = { scale, zero, codes: weights.map(() => zero) };
  let least = Infinity;
  for (let turn = 0; turn < 20 && scale > 0; turn++) {
    const beta = Array.from({ length: turn }).reduce<number>((product) => product * 1.01, 10);
    const codes = weights.map((w) => clamp(half(w / scale) + zero, 0, top));
    const errors = weights.map((w, i) => w - Math.fround((codes[i]! - zero) * scale));
    const error = errors.reduce((all, e) => all + Math.abs(e), 0);
    if (!(error < least)) break;
    least = error;
    found = { scale, zero, codes };
    const targets = weights.map((w, i) => {
      const size = Math.abs(errors[i]!);
      return w - Math.sign(errors[i]!) * Math.max(0, size === 0 ? 0 : size - size ** (0.7 - 1) / beta);
    });
    const [q1, q2] = [sum((_, i) => codes[i]!), sum((_, i) => codes[i]! ** 2)];
    const [t1, qt] = [sum((_, i) => targets[i]!), sum((_, i) => codes[i]! * targets[i]!)];
    const slope = (weights.length * qt - q1 * t1) / (weights.length * q2 - q1 ** 2);
    zero = clamp(half((q1 - t1 / slope) / weights.length), 0, top);
    scale = Math.fround((qt - zero * t1) / (q2 - 2 * zero * q1 + weights.length * zero ** 2));
    if (!Number.isFinite(zero) || !Number.isFinite(scale)) break;
  }
  return found;
}

function referenceRange(weights: number[], { bits, range, clip = 'none' }: GridOptions) {
  const top = 2 ** bits - 1;
  const low = Math.min(0, ...weights);
  const high = Math.max(0, ...weights);
  const scales = {
    signed: (high > -low ? -high : -low) / 2 ** (bits - 1),
    centered: Math.max(high, -low) / (top / 2),
    asymmetric: (high - low) / top,
  };
  const whole = Math.fround(scales[range]);
  const offset = whole === 0 ? 0 : clamp(half(-low / whole), 0, top);
  const zero = range === 'asymmetric' ? offset : 2 ** (bits - 1);
  if (whole === 0) return { scale: 0, zero, codes: weights.map(() => zero) };
  const tried = (clip === 'none' ? [100] : Array.from({ length: 40 }, (_, i) => 100 - 2 * i)).map(
    (percent) => {
      const scale = Math.fround(whole * (percent / 100));
      const codes = weights.map((w) => clamp(half(w / scale) + zero, 0, top));
      const error = weights.reduce(
        (sum, w, i) => sum + (w - Math.fround((codes[i]! - zero) * scale)) ** 2,
        0,
      );
      return { scale, zero, codes, error };
    },
  );
  const least = Math.min(...tried.map(({ error }) => error));
  const { scale, codes } = tried.find(({ error }) => error === least)!;
  return { scale, zero, codes };
}

/** `bits` low bits first, the first value in the lowest place. */
export function referencePack(codes: number[], bits: number): Uint8Array {
  let text = '';
  for (const code of codes) text = code.toString(2).padStart(bits, '0') + text;
  text = text.padStart(Math.ceil(text.length / 8) * 8, '0');
  return Uint8Array.from({ length: text.length / 8 }, (_, byte) => {
    const end = text.length - byte * 8;
    return Number.parseInt(text.slice(end - 8, end), 2);
  });
}

export function referenceNBits(
  w: Float32Array,
  options: GridOptions & {
    k: number;
    n: number;
    blockSize: number;
    scalePer: 'block' | 'channel' | 'tensor';
  },
): Reference {
  const { k, n, bits, blockSize, scalePer, range } = options;
  const transposed = Array.from({ length: k * n }, (_, i) => w[(i % k) * n + Math.floor(i / k)]!);
  const tensor = scalePer === 'tensor' ? referenceGrid(transposed, options) : undefined;
  const blocks = Math.ceil(k / blockSize);
  const packed: number[] = [];
  const scales: number[] = [];
  const zeroPoints: number[] = [];
  const dequantized = new Float32Array(k * n);
  for (let j = 0; j < n; j++) {
    const column = Array.from({ length: k }, (_, i) => w[i * n + j]!);
    const zeros: number[] = [];
    const own = referenceGrid(column, options);
    const whole = tensor === undefined ? own : { ...tensor, codes: tensor.codes.slice(j * k, (j + 1) * k) };
    for (let block = 0; block < blocks; block++) {
      const start = block * blockSize;
      const inside = column.slice(start, start + blockSize);
      const cut = { ...whole, codes: whole.codes.slice(start, start + blockSize) };
      const { scale, zero, codes } = scalePer === 'block' ? referenceGrid(inside, options) : cut;
      inside.forEach((_, i) => {
        dequantized[(start + i) * n + j] = Math.fround((codes[i]! - zero) * scale);
      });
      packed.push(...referencePack([...codes, ...Array(blockSize - codes.length).fill(0)], bits));
      scales.push(scale);
      zeros.push(zero);
    }
    zeroPoints.push(...referencePack(zeros, bits === 3 ? 4 : bits));
  }
  return {
    parts: {
      codes: Uint8Array.from(packed),
      scales: Float32Array.from(scales),
      ...(range !== 'asymmetric' ? {} : { zero_points: Uint8Array.from(zeroPoints) }),
    },
    dequantized,
  };
}

/** By code. NF4 as the QLoRA paper lists them; FP4 by its fields: sign, exponent (bias 3 of 1/16 units), fraction. */
const LEVELS = {
  nf4: [
    -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
  ].map(Math.fround),
  fp4: [0, 0.0625, 8, 12, 4, 6, 2, 3, -0, -0.0625, -8, -12, -4, -6, -2, -3].map((x) => Math.fround(x / 12)),
};

/** Blocks run along the flattened transpose; a value between two levels takes the nearer, halfway the lower one. */
export function referenceLevels(
  w: Float32Array,
  options: { k: number; n: number; blockSize: number; levels: 'nf4' | 'fp4'; doubleQuant: boolean },
): Reference {
  const { k, n, blockSize, levels, doubleQuant } = options;
  const flat = Array.from({ length: k * n }, (_, i) => w[(i % k) * n + Math.floor(i / k)]!);
  const blocks = Array.from({ length: Math.ceil(flat.length / blockSize) }, (_, block) =>
    flat.slice(block * blockSize, (block + 1) * blockSize),
  );
  const exact = blocks.map((block) => Math.max(...block.map(Math.abs)));
  const second = referenceDoubleQuant(exact);
  const absmax = doubleQuant ? second.values : exact;
  const ascending = LEVELS[levels]
    .map((level, code) => ({ level, code }))
    .filter(({ level }) => !Object.is(level, -0))
    .sort((a, b) => a.level - b.level);
  const codes = flat.map((weight, i) => {
    const largest = absmax[Math.floor(i / blockSize)]!;
    // Where nothing can be read back but 0, that is what is written.
    const distances = ascending.map(({ level }) =>
      largest === 0 ? Math.abs(level) : Math.abs(level * largest - weight),
    );
    return ascending[distances.indexOf(Math.min(...distances))]!.code;
  });
  const dequantized = new Float32Array(k * n);
  codes.forEach((code, i) => {
    const value = Math.fround(LEVELS[levels][code]! * absmax[Math.floor(i / blockSize)]!);
    dequantized[(i % k) * n + Math.floor(i / k)] = value;
  });
  const bytes = Uint8Array.from({ length: Math.ceil(codes.length / 2) }, (_, i) => {
    return codes[2 * i]! * 16 + (codes[2 * i + 1] ?? 0);
  });
  return {
    parts: { codes: bytes, ...(doubleQuant ? second.parts : { absmax: Float32Array.from(exact) }) },
    dequantized,
  };
}

/**
 * Groups of 256, their mean taken away, rounded to 255 steps, upwards where the nearest would be negative; the last
 * group is filled up with zeros.
 */
function referenceDoubleQuant(absmax: number[]) {
  const offset = Math.fround(absmax.reduce((sum, value) => sum + value, 0) / absmax.length);
  const size = Math.min(256, absmax.length);
  const codes: number[] = [];
  const scales: number[] = [];
  const values: number[] = [];
  for (let start = 0; start < absmax.length; start += size) {
    const distances = absmax.slice(start, start + size).map((value) => value - offset);
    const scale = Math.fround(Math.max(...distances.map(Math.abs)) / 127);
    scales.push(scale);
    const read = (code: number) => Math.fround(Math.fround(code * scale) + offset);
    for (const distance of distances) {
      const nearest = scale === 0 ? 0 : clamp(half(distance / scale), -127, 127);
      const code = read(nearest) < 0 ? nearest + 1 : nearest;
      codes.push(code);
      values.push(read(code));
    }
    codes.push(...Array(size - distances.length).fill(0));
  }
  const parts = {
    absmax: Int8Array.from(codes),
    absmax_scales: Float32Array.from(scales),
    absmax_offset: Float32Array.of(offset),
  };
  return { parts, values };
}

export function referenceInt8(
  w: Float32Array,
  options: { k: number; n: number; bits: number; tensor: boolean },
): Reference {
  const { k, n, bits, tensor } = options;
  const zero = 2 ** (bits - 1);
  const codes = new Int8Array(k * n);
  const dequantized = new Float32Array(k * n);
  const scales: number[] = [];
  const whole = referenceGrid([...w], { bits, range: 'centered' });
  for (let j = 0; j < n; j++) {
    const column = Array.from({ length: k }, (_, i) => w[i * n + j]!);
    const own = referenceGrid(column, { bits, range: 'centered' });
    const scale = tensor ? whole.scale : own.scale;
    for (let i = 0; i < k; i++) {
      const code = tensor ? whole.codes[i * n + j]! : own.codes[i]!;
      codes[i * n + j] = code - zero;
      dequantized[i * n + j] = Math.fround((code - zero) * scale);
    }
    scales.push(scale);
  }
  return {
    parts: { codes, scales: Float32Array.from(tensor ? [whole.scale] : scales) },
    dequantized,
  };
}

/** What DynamicQuantizeLinear makes of activations: one uint8 grid for the whole tensor. */
export function referenceActivations(x: Float32Array): Float32Array {
  const low = Math.min(0, ...x);
  const high = Math.max(0, ...x);
  const scale = Math.fround((high - low) / 255);
  const zero = clamp(half(Math.fround(-low / scale)), 0, 255);
  return x.map((value) => (clamp(half(Math.fround(value / scale)) + zero, 0, 255) - zero) * scale);
}

/** Rows of `k` activations as uint8 around 128, each with a scale of its own. */
export function referenceTokens(x: Float32Array, k: number): Float32Array {
  return x.map((value, i) => {
    const start = i - (i % k);
    const largest = Math.max(Math.fround(1e-30), ...x.slice(start, start + k).map(Math.abs));
    const scale = Math.fround(largest / 127);
    return clamp(half(Math.fround(value / scale)), -128, 127) * scale;
  });
}

/** An n-bit floating point format: sign, exponent, fraction. `top` is the code of the largest finite number. */
interface FloatFormat {
  exponentBits: number;
  fractionBits: number;
  top: number;
}

export const FLOAT_FORMATS = {
  float16: { exponentBits: 5, fractionBits: 10, top: 0x7bff },
  bfloat16: { exponentBits: 8, fractionBits: 7, top: 0x7f7f },
  float8e4m3fn: { exponentBits: 4, fractionBits: 3, top: 0x7e },
  float8e5m2: { exponentBits: 5, fractionBits: 2, top: 0x7b },
} satisfies Record<string, FloatFormat>;

/** All magnitudes of a format that are finite, in the order of their codes, which is theirs. */
export function referenceMagnitudes({ exponentBits, fractionBits, top }: FloatFormat): number[] {
  const bias = 2 ** (exponentBits - 1) - 1;
  return Array.from({ length: top + 1 }, (_, code) => {
    const fraction = (code % 2 ** fractionBits) / 2 ** fractionBits;
    const exponent = Math.floor(code / 2 ** fractionBits);
    return exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
  });
}

/** The code of the nearest number among all; halfway the even code; the last beyond it. */
export function referenceFloatCode(
  value: number,
  format: FloatFormat,
  magnitudes: readonly number[],
): number {
  const magnitude = Math.abs(value);
  let above = 0;
  for (let low = 0, high = magnitudes.length; low < high; above = low) {
    const middle = (low + high) >> 1;
    if (magnitudes[middle]! < magnitude) low = middle + 1;
    else high = middle;
  }
  const candidates = [above - 1, above].filter((code) => code >= 0 && code < magnitudes.length);
  const [first, second] = candidates.map((code) => Math.abs(magnitudes[code]! - magnitude));
  const isSecond = second !== undefined && (second < first! || (second === first && above % 2 === 0));
  const sign = Object.is(value, -0) || value < 0 ? 2 ** (format.exponentBits + format.fractionBits) : 0;
  return sign + candidates[isSecond ? 1 : 0]!;
}

/** What a code stands for. */
export function referenceFloatValue(
  code: number,
  format: FloatFormat,
  magnitudes: readonly number[],
): number {
  const sign = 2 ** (format.exponentBits + format.fractionBits);
  return code < sign ? magnitudes[code]! : -magnitudes[code - sign]!;
}

export function referenceHalf(
  w: Float32Array,
  { k, n, type }: { k: number; n: number; type: 'float16' | 'bfloat16' },
): Reference {
  const format = FLOAT_FORMATS[type];
  const magnitudes = referenceMagnitudes(format);
  const values = new Uint16Array(k * n);
  const dequantized = w.map((weight, i) => {
    const code = referenceFloatCode(weight, format, magnitudes);
    values[(i % n) * k + Math.floor(i / n)] = code;
    return referenceFloatValue(code, format, magnitudes);
  });
  return { parts: { values }, dequantized };
}

export function referenceFloat8(
  w: Float32Array,
  options: {
    k: number;
    n: number;
    type: 'float8e4m3fn' | 'float8e5m2';
    group: number | 'channel' | 'tensor';
  },
): Reference {
  const { k, n, type, group } = options;
  const format = FLOAT_FORMATS[type];
  const magnitudes = referenceMagnitudes(format);
  const size = typeof group === 'number' ? group : k;
  const blocks = Math.ceil(k / size);
  const codes = new Uint8Array(n * blocks * size);
  const scales: number[] = [];
  const dequantized = new Float32Array(k * n);
  const scaleOf = (weights: number[]) => Math.fround(Math.max(...weights.map(Math.abs)) / magnitudes.at(-1)!);
  const whole = scaleOf([...w]);
  for (let j = 0; j < n; j++) {
    const column = Array.from({ length: k }, (_, i) => w[i * n + j]!);
    for (let block = 0; block < blocks; block++) {
      const inside = column.slice(block * size, (block + 1) * size);
      const scale = group === 'tensor' ? whole : scaleOf(inside);
      scales.push(scale);
      for (const [i, weight] of inside.entries()) {
        const code = referenceFloatCode(scale === 0 ? weight : weight / scale, format, magnitudes);
        codes[(j * blocks + block) * size + i] = code;
        const value = Math.fround(referenceFloatValue(code, format, magnitudes) * scale);
        dequantized[(block * size + i) * n + j] = value;
      }
    }
  }
  const stored = Float32Array.from(group === 'tensor' ? [whole] : scales);
  return { parts: { codes, scales: stored }, dequantized };
}

/** Activations as a layer reads them that rounds rows of k to 8-bit floating point. */
export function referenceFloat8Tokens(type: 'float8e4m3fn' | 'float8e5m2') {
  const format = FLOAT_FORMATS[type];
  const magnitudes = referenceMagnitudes(format);
  return (x: Float32Array, k: number): Float32Array =>
    x.map((value, i) => {
      const row = x.subarray(Math.floor(i / k) * k, Math.floor(i / k) * k + k);
      const scale = Math.fround(Math.max(1e-30, ...row.map(Math.abs)) / magnitudes.at(-1)!);
      const code = referenceFloatCode(Math.fround(value / scale), format, magnitudes);
      return referenceFloatValue(code, format, magnitudes) * scale;
    });
}
