import type { RoundingError } from '../pack/packed-weight.ts';
import { roundHalfEven, type Span } from './fit-span.ts';

/** Where codes go, and where their error is added up. */
export interface CodeSink {
  bits: number;
  codes: Uint8Array;
  error: RoundingError;
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
  const { codes, error } = sink;
  const { scale, zero } = span;
  const lowest = -zero;
  const highest = 2 ** sink.bits - 1 - zero;
  // Where the scale is 0 so are the weights.
  const step = scale === 0 ? 1 : scale;
  let squares = 0;
  let errorSquares = 0;
  let largest = error.largest * error.largest;
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
  error.squares += squares;
  error.errorSquares += errorSquares;
  error.largest = Math.sqrt(largest);
}
