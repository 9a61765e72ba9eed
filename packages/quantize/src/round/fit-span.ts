import { rangeOf, type Range, type Row } from './range-of.ts';
import { roundHalfEven } from './round-half-even.ts';
import { shrinkSpan } from './shrink-span.ts';
import { storedScale, type ScaleType } from './stored-scale.ts';

/** An unsigned integer grid: `codes − zero` steps of `scale`. */
export interface Span {
  /** Exactly representable in the type it is stored in; may be negative. 0 where all weights are 0. */
  scale: number;
  /** The code of weight 0. */
  zero: number;
}

export interface Grid {
  bits: number;
  /**
   * `signed`: symmetric, the weight of largest magnitude gets the code 0: scale = extreme / −2^(b−1), with the sign that
   * takes, zero = 2^(b−1). The other side ends a step short of it. ONNX Runtime's own; at 4 bits its error is 8 % smaller.
   * `centered`: symmetric, both ends half a step short of the largest magnitude: scale = max |w| / ((2^b − 1) / 2),
   * zero = 2^(b−1). That of compressed-tensors (llm-compressor).
   * `asymmetric`: scale = (max(w, 0) − min(w, 0)) / (2^b − 1), zero = round(−min / scale). The same in both of them.
   */
  range: 'signed' | 'centered' | 'asymmetric';
  /** `mse`: the scale is shrunk to where the squared error is smallest, see `SHRINKS`. */
  clip: 'none' | 'mse';
  scaleType: ScaleType;
}

/** The grid for the weights `row[start … end)`; weight 0 is always on it. */
export function fitSpan(row: Row, start: number, end: number, grid: Grid): Span {
  return fitRange(rangeOf(row, start, end), row.values, start, end, grid);
}

/** The same where the range of the weights is known. */
export function fitRange(range: Range, weights: Float32Array, start: number, end: number, grid: Grid): Span {
  const span = coverRange(range, grid);
  return grid.clip === 'none' ? span : shrinkSpan(weights, start, end, span, grid);
}

/** The grid that covers a range, nothing clipped. */
export function coverRange({ low, high }: Range, grid: Omit<Grid, 'clip'>): Span {
  const top = 2 ** grid.bits - 1;
  const half = 2 ** (grid.bits - 1);
  if (grid.range === 'signed') {
    const extreme = high > -low ? high : low;
    return { scale: storedScale(extreme / -half, grid.scaleType), zero: half };
  }
  if (grid.range === 'centered') {
    return { scale: storedScale(Math.max(high, -low) / (top / 2), grid.scaleType), zero: half };
  }
  const scale = storedScale((high - low) / top, grid.scaleType);
  return { scale, zero: scale === 0 ? 0 : Math.min(top, roundHalfEven(-low / scale)) };
}
