import { roundHalfEven } from '../../round/round-half-even.ts';

/** What activations are rounded to: codes 0 to 255, of which `zero` stands for 0. */
export interface ActivationGrid {
  /** Single precision. */
  scale: number;
  zero: number;
}

/** The smallest normal number. */
const SMALLEST = 2 ** -126;

/** The grid over a range and 0; where that is nothing but 0, any will do. */
export function gridOf(range: { low: number; high: number }): ActivationGrid {
  const low = Math.min(0, range.low);
  const high = Math.max(0, range.high);
  if (low === high) return { scale: 1, zero: 0 };
  const scale = Math.max(SMALLEST, Math.fround((high - low) / 255));
  return { scale, zero: Math.min(255, roundHalfEven(-low / scale)) };
}
