import { allocate, type AllocationChoice } from '@quantloop/core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

type Items = AllocationChoice[][];

/** Every allocation there is. */
function bruteForce(items: Items, limit: number): number | undefined {
  let best: number | undefined;
  const visit = (item: number, cost: number, size: number) => {
    if (size > limit) return;
    if (item === items.length) best = Math.min(best ?? Infinity, cost);
    else for (const choice of items[item]!) visit(item + 1, cost + choice.cost, size + choice.size);
  };
  visit(0, 0, 0);
  return best;
}

const choice = fc.record({
  // Divergences spread over magnitudes; equal and zero ones among them.
  cost: fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  size: fc.integer({ min: 0, max: 60 }),
});
const itemsOf = (most: number) =>
  fc.array(fc.array(choice, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: most });

describe('an allocation', () => {
  test('costs as little as any that fits, and there is none where none fits', () => {
    fc.assert(
      fc.property(itemsOf(6), fc.integer({ min: 0, max: 200 }), (items, limit) => {
        const found = allocate(items, limit);
        const best = bruteForce(items, limit);
        if (best === undefined) expect(found).toBeUndefined();
        else expect(found!.cost).toBeCloseTo(best, 12);
      }),
      { numRuns: 1000 },
    );
  });

  test('is what its picks are, stays within the limit, and is no better than its bound', () => {
    fc.assert(
      fc.property(itemsOf(40), fc.integer({ min: 0, max: 1500 }), (items, limit) => {
        const found = allocate(items, limit);
        if (found === undefined) return;
        const picked = found.picks.map((pick, item) => items[item]![pick]!);
        expect(found.size).toBe(picked.reduce((sum, { size }) => sum + size, 0));
        expect(found.size).toBeLessThanOrEqual(limit);
        expect(found.cost).toBeCloseTo(
          picked.reduce((sum, { cost }) => sum + cost, 0),
          10,
        );
        expect(found.bound).toBeLessThanOrEqual(found.cost);
        expect(found.bound).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('costs no more when there is more room', () => {
    fc.assert(
      fc.property(itemsOf(12), fc.nat(400), fc.nat(100), (items, limit, more) => {
        const [tight, loose] = [allocate(items, limit), allocate(items, limit + more)];
        if (tight !== undefined) expect(loose!.cost).toBeLessThanOrEqual(tight.cost + 1e-12);
      }),
    );
  });

  test('of a model with 400 weights is within a percent of its bound, in little time', () => {
    // A layer's weights cost the less the more bits they get, by about a factor of 4 a bit, some layers far more.
    const items: Items = Array.from({ length: 400 }, (_, i) => {
      const weights = [1024, 256, 256, 1024, 3584, 3584, 3584][i % 7]!;
      const scale = (1 + ((i * 7919) % 97)) / (1 + (i % 40));
      return [2, 3, 4, 8, 16].map((bits) => ({
        cost: (scale * weights) / 4 ** bits,
        size: weights * bits + i,
      }));
    });
    const weights = items.reduce((sum, choices) => sum + choices[0]!.size / 2, 0);
    for (const bits of [2.5, 3.5, 4.25, 7]) {
      const started = performance.now();
      const { cost, bound, size } = allocate(items, Math.floor(weights * bits))!;
      expect(performance.now() - started).toBeLessThan(5000);
      expect(size).toBeLessThanOrEqual(weights * bits);
      expect((cost - bound) / bound).toBeLessThan(1e-2);
    }
  });

  test('of nothing costs nothing; of an item without choices there is none', () => {
    expect(allocate([], 0)).toEqual({ picks: [], cost: 0, size: 0, bound: 0 });
    expect(allocate([[]], 10)).toBeUndefined();
  });
});
