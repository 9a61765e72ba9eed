import type { RoundingError } from '../pack/packed-weight.ts';

/** Σ W², Σ (W − Q)² and max (W − Q)², added to in place. */
export type ErrorSums = Float64Array;

export const errorSums = (): ErrorSums => new Float64Array(3);

export const errorOf = (sums: ErrorSums): RoundingError => ({
  squares: sums[0]!,
  errorSquares: sums[1]!,
  largest: Math.sqrt(sums[2]!),
});

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
