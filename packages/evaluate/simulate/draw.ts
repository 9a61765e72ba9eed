import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { seeded, standardNormal } from '../src/performance/seeded.ts';

/** Draws that depend on nothing but the seed and what they are for. */
export class Draw {
  readonly #random: RandomGenerator;

  constructor(seed: number, purpose: string) {
    this.#random = seeded(seed, purpose);
  }

  /** At least 0 and below 1. */
  share(): number {
    return uniformFloat64(this.#random);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.share();
  }

  normal(deviation: number): number {
    return deviation * standardNormal(this.#random);
  }

  one<T>(items: readonly T[]): T {
    return items[Math.floor(this.share() * items.length)]!;
  }

  some<T>(items: readonly T[], count: number): T[] {
    const left = [...items];
    return Array.from(
      { length: Math.min(count, left.length) },
      () => left.splice(Math.floor(this.share() * left.length), 1)[0]!,
    );
  }
}

/** The value at a share of an ascending list, interpolated. */
export function at(ascending: readonly number[], share: number): number {
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const low = ascending[below]!;
  return low + (place - below) * ((ascending[below + 1] ?? low) - low);
}
