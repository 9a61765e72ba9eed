import { hash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** Random numbers that depend on nothing but the seed and what they are for. */
export function seeded(seed: number, purpose: string): RandomGenerator {
  const state = Number.parseInt(hash('sha256', `${seed}/${purpose}`, 'hex').slice(0, 8), 16);
  return xoroshiro128plus(state | 0);
}

/** From the exponential distribution of mean 1. */
export const exponential = (random: RandomGenerator): number => -Math.log1p(-uniformFloat64(random));

/** From the standard normal distribution (Box and Muller 1958). */
export const standardNormal = (random: RandomGenerator): number =>
  Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * uniformFloat64(random));
