import { float16ToFloat32, float32ToFloat16 } from '@quantloop/onnx';
import { rangeOf, type Row } from './range-of.ts';

/** An unsigned integer grid: `codes − zero` steps of `scale`. */
export interface Span {
  /** Exactly representable in the type it is stored in. 0 where all weights are 0. */
  scale: number;
  /** The code of weight 0. */
  zero: number;
}

export interface Grid {
  bits: number;
  symmetric: boolean;
  /** Type in which scales are stored. */
  scaleType: 'float32' | 'float16';
}

/**
 * The grid for the weights `row[start … end)`.
 *
 * Symmetric: scale = max |w| / ((2^b − 1) / 2), zero = 2^(b−1), so that both extremes are half a step away at most.
 * Asymmetric: scale = (max(w, 0) − min(w, 0)) / (2^b − 1), zero = round(−min / scale); 0 is always on the grid.
 * These are compressed-tensors' (llm-compressor's) grids. ONNX Runtime's own symmetric one gives the extreme a whole
 * code, scale = extreme / −2^(b−1), and cuts the other side a step short.
 */
export function fitSpan(row: Row, start: number, end: number, grid: Grid): Span {
  const range = rangeOf(row, start, end);
  const top = 2 ** grid.bits - 1;
  if (grid.symmetric) {
    const scale = storedScale(Math.max(range.high, -range.low) / (top / 2), grid.scaleType);
    return { scale, zero: 2 ** (grid.bits - 1) };
  }
  const scale = storedScale((range.high - range.low) / top, grid.scaleType);
  return { scale, zero: scale === 0 ? 0 : Math.min(top, roundHalfEven(-range.low / scale)) };
}

/** Integers are spaced by 1 between 2^52 and 2^53: adding and taking away rounds ties to even, |value| < 2^51. */
const MAGIC = 1.5 * 2 ** 52;

export const roundHalfEven = (value: number): number => value + MAGIC - MAGIC;

const SMALLEST = { float32: 2 ** -149, float16: 2 ** -24 };

/** A scale as it is stored: never 0 unless it is 0, however small. */
function storedScale(scale: number, type: Grid['scaleType']): number {
  const single = Math.fround(scale);
  const stored =
    type === 'float32' ? single : float16ToFloat32(float32ToFloat16(Float32Array.of(single)))[0]!;
  return stored === 0 && scale > 0 ? SMALLEST[type] : stored;
}
