import type { Span } from './fit-span.ts';
import { roundHalfEven } from './round-half-even.ts';

/** What `row[start … end)` reads back as once it is rounded to a grid of `bits`, into `out` from `at` on. */
export function readBack(
  row: Float32Array,
  start: number,
  end: number,
  { scale, zero }: Span,
  bits: number,
  out: Float32Array,
  at: number,
): void {
  const lowest = -zero;
  const highest = 2 ** bits - 1 - zero;
  const step = scale === 0 ? 1 : scale;
  for (let i = start, o = at; i < end; i++, o++) {
    let steps = roundHalfEven(row[i]! / step);
    if (steps < lowest) steps = lowest;
    else if (steps > highest) steps = highest;
    out[o] = steps * scale;
  }
}
