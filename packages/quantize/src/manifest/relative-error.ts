import type { RoundingError } from '../pack/packed-weight.ts';

/** Sums over weights → ‖W − Q‖ / ‖W‖ and max |W − Q|. */
export function relativeError(errors: readonly RoundingError[]): { relative: number; largest: number } {
  const squares = errors.reduce((sum, error) => sum + error.squares, 0);
  const errorSquares = errors.reduce((sum, error) => sum + error.errorSquares, 0);
  return {
    relative: squares === 0 ? 0 : Math.sqrt(errorSquares / squares),
    largest: errors.reduce((largest, error) => Math.max(largest, error.largest), 0),
  };
}
