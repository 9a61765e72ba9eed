import type { RoundingError } from '../pack/packed-weight.ts';
import type { Span } from './fit-span.ts';
import { roundHalfEven } from './round-half-even.ts';

/** Σ W², Σ (W − Q)² and max (W − Q)², added to in place. */
export type ErrorSums = Float64Array;

export const errorSums = (): ErrorSums => new Float64Array(3);

export const errorOf = (sums: ErrorSums): RoundingError => ({
  squares: sums[0]!,
  errorSquares: sums[1]!,
  largest: Math.sqrt(sums[2]!),
});

/** Where codes go, and where their error is added up. */
export interface CodeSink {
  bits: number;
  codes: Uint8Array;
  sums: ErrorSums;
}

/**
 * Rounds `row[start … end)` to the nearest code (ties to even), into the sink from `codes[at]` on, and adds the error
 * of what the kernel will read back, (code − zero) · scale in single precision.
 */
export function roundSpan(
  row: Float32Array,
  start: number,
  end: number,
  span: Span,
  sink: CodeSink,
  at: number,
): void {
  const { codes, sums } = sink;
  const { scale, zero } = span;
  const lowest = -zero;
  const highest = 2 ** sink.bits - 1 - zero;
  // Where the scale is 0 so are the weights.
  const step = scale === 0 ? 1 : scale;
  let squares = 0;
  let errorSquares = 0;
  let largest = sums[2]!;
  for (let i = start, o = at; i < end; i++, o++) {
    const weight = row[i]!;
    let steps = roundHalfEven(weight / step);
    if (steps < lowest) steps = lowest;
    else if (steps > highest) steps = highest;
    codes[o] = (steps | 0) + zero;
    const off = weight - Math.fround(steps * scale);
    squares += weight * weight;
    const square = off * off;
    errorSquares += square;
    if (square > largest) largest = square;
  }
  sums[0]! += squares;
  sums[1]! += errorSquares;
  sums[2] = largest;
}

/** Adds the error of weights that are read back as `back`. */
export function addError(weights: Float32Array, back: Float32Array, sums: ErrorSums): void {
  let squares = 0;
  let errorSquares = 0;
  let largest = sums[2]!;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    const off = weight - back[i]!;
    squares += weight * weight;
    const square = off * off;
    errorSquares += square;
    if (square > largest) largest = square;
  }
  sums[0]! += squares;
  sums[1]! += errorSquares;
  sums[2] = largest;
}
