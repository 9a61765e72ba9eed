import { rangeOf, type Range, type Row } from './range-of.ts';
import { roundHalfEven } from './round-half-even.ts';
import { shrinkSpan } from './shrink-span.ts';
import { STORED_SCALES, type ScaleType } from './stored-scale.ts';

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
  const span = coverRange(rangeOf(row, start, end), grid);
  return grid.clip === 'none' ? span : shrinkSpan(row.values, start, end, span, grid);
}

/** Scales that cover a range, by largest code. */
const SCALES: Record<Grid['range'], (low: number, high: number, top: number) => number> = {
  signed: (low, high, top) => (high > -low ? high : low) / -((top + 1) / 2),
  centered: (low, high, top) => Math.max(high, -low) / (top / 2),
  asymmetric: (low, high, top) => (high - low) / top,
};

/** The grids that cover ranges (smallest, largest, smallest, …), nothing clipped. */
export function coverRanges(
  ranges: Float32Array,
  grid: Omit<Grid, 'clip'>,
  { scales, zeros }: { scales: Float32Array; zeros: Uint8Array },
): void {
  const top = 2 ** grid.bits - 1;
  const half = 2 ** (grid.bits - 1);
  const symmetric = grid.range !== 'asymmetric';
  // There may be one for every 16 weights: what does not depend on the range is settled before.
  const scaleOf = SCALES[grid.range];
  const stored = STORED_SCALES[grid.scaleType];
  for (let i = 0; i < scales.length; i++) {
    const low = ranges[2 * i]!;
    const scale = stored(scaleOf(low, ranges[2 * i + 1]!, top));
    scales[i] = scale;
    if (symmetric) zeros[i] = half;
    else zeros[i] = scale === 0 ? 0 : Math.min(top, roundHalfEven(-low / scale));
  }
}

/** The grid that covers one range. */
export function coverRange({ low, high }: Range, grid: Omit<Grid, 'clip'>): Span {
  const [scales, zeros] = [new Float32Array(1), new Uint8Array(1)];
  coverRanges(Float32Array.of(low, high), grid, { scales, zeros });
  return { scale: scales[0]!, zero: zeros[0]! };
}
