import type { TokenCount } from '@quantloop/core';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { standardNormal } from './seeded.ts';

/** A number of tokens for one request. What is drawn beyond the bounds becomes the bound. */
export function drawCount(random: RandomGenerator, count: TokenCount): number {
  if (typeof count === 'number') return count;
  if ('uniform' in count) return uniformInt(random, count.uniform.min, count.uniform.max);
  const z = standardNormal(random);
  if ('normal' in count) return within(count.normal, count.normal.mean + z * count.normal.std);
  const { mean, std } = count.lognormal;
  // The logarithm's moments that give the number itself this mean and deviation.
  const variance = Math.log1p((std / mean) ** 2);
  return within(count.lognormal, Math.exp(Math.log(mean) - variance / 2 + z * Math.sqrt(variance)));
}

const within = ({ min, max }: { min: number; max: number }, value: number) =>
  Math.round(Math.min(Math.max(value, min), max));
