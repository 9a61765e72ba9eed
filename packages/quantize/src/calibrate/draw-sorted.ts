import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';

/** `samples` different numbers out of 0 … count − 1 (all, if there are no more), ascending. */
export function drawSorted(options: { count: number; samples: number; seed: number }): number[] {
  const { count, samples, seed } = options;
  // Not xoroshiro128plus: its first numbers are alike for seeds that are.
  const generator = mersenne(seed);
  const numbers = Array.from({ length: count }, (_, i) => i);
  const taken = Math.min(samples, count);
  for (let i = 0; i < taken; i++) {
    const other = uniformInt(generator, i, count - 1);
    [numbers[i], numbers[other]] = [numbers[other]!, numbers[i]!];
  }
  return numbers.slice(0, taken).sort((a, b) => a - b);
}
