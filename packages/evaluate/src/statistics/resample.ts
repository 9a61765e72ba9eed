import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';

/** Replicates of a bootstrap: BCa reads its bounds further out than the percentiles, where 1000 are still noisy. */
export const REPLICATES = 2000;

/**
 * Calls `visit` once a replicate with how often each of n items was drawn (n draws with replacement).
 * The array is reused. Equal n and seed give equal draws, which is what pairs two models.
 */
export function resample(options: {
  n: number;
  seed: number;
  replicates?: number;
  visit: (counts: Uint32Array, replicate: number) => void;
}): void {
  const { n, seed, replicates = REPLICATES, visit } = options;
  // Not xoroshiro128plus: its first numbers are alike for seeds that are.
  const generator = mersenne(seed);
  const counts = new Uint32Array(n);
  for (let replicate = 0; replicate < replicates; replicate++) {
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[uniformInt(generator, 0, n - 1)]! += 1;
    visit(counts, replicate);
  }
}
