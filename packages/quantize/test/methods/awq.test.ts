import { transpose } from '@quantloop/onnx';
import { chooseScale, layoutOf, METHODS, type Storage, type WeightPlan } from '@quantloop/quantize';
import { Arithmetic } from '@quantloop/runtime';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { EDGE_WEIGHTS, SHAPES } from '../support/edge-weights.ts';
import { memorySource } from '../support/memory-source.ts';
import { normals } from '../support/random.ts';
import { recipeOf } from '../support/recipe.ts';
import { referenceChoice, referenceClip, referenceScales, type AwqCase } from '../support/reference-awq.ts';
import { stationInputs } from '../support/station-inputs.ts';

const arithmetic = new Arithmetic({ threads: 1 });
afterAll(() => arithmetic.release());

/** Rows of correlated inputs; every ninth channel is 20 times as large, `dead` ones are 0. */
function samples(
  k: number,
  rows: number,
  seed: number,
  dead: (i: number) => boolean = () => false,
): number[][] {
  const noise = normals(rows * k, seed);
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: k }, (_, i) =>
      dead(i) ? 0 : Math.fround((noise[r * k + i]! + 0.5 * noise[r * k]!) * (i % 9 === 4 ? 20 : 1)),
    ),
  );
}

type Case = Omit<AwqCase, 'range'> & { symmetric: boolean };

const referenced = (options: Case): AwqCase => ({
  ...options,
  range: options.symmetric ? 'centered' : 'asymmetric',
});

function planOf({ k, bits, group, symmetric }: Case, n: number): WeightPlan {
  const granularity = group === k ? ('channel' as const) : { group };
  const options = { symmetricRange: 'centered' };
  const recipe = recipeOf({ method: 'awq', bits, granularity, symmetric, options });
  const plan = METHODS['awq']!.plan({ name: 'w', k, n, type: 'float32' }, recipe);
  if ('refuse' in plan) throw new Error(plan.refuse);
  return plan;
}

const choice = (options: Case) => {
  const [first, ...others] = options.weights.map(({ w, n }) => ({
    weight: memorySource(w, options.k, n),
    equalizer: planOf(options, n).equalizer!,
  }));
  const ties = Int32Array.from({ length: options.k }, (_, i) => i);
  return chooseScale({ layers: [first!, ...others], inputs: stationInputs(options.x, arithmetic), ties });
};

const clipped = async (options: Case, index = 0) => {
  const { w, n } = options.weights[index]!;
  const plan = planOf(options, n);
  const { parts } = await plan.quantize(memorySource(w, options.k, n), stationInputs(options.x, arithmetic));
  return transpose(layoutOf<Storage>(plan.storage).values(plan.storage, parts), n, options.k);
};

const cases = fc
  .record({
    k: fc.integer({ min: 1, max: 80 }),
    widths: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
    bits: fc.constantFrom(2, 3, 4, 8),
    size: fc.constantFrom('channel' as const, 16, 32),
    symmetric: fc.boolean(),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .map(({ k, widths, bits, size, symmetric, seed }): Case => {
    const weights = widths.map((n, i) => ({ n, w: normals(k * n, seed + 2 * i) }));
    return {
      k,
      bits,
      symmetric,
      group: size === 'channel' ? k : size,
      weights,
      x: samples(k, 2 * k, seed + 9),
    };
  });

describe('from the moments of x the same comes out as from x itself, by the plain algorithm', () => {
  test('the scale', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (options) => {
        const { scale, candidate } = await choice(options);
        const given = referenced(options);
        expect(candidate).toBe(referenceChoice(given));
        const expected = candidate < 0 ? Array(options.k).fill(1) : referenceScales(given)[candidate]!;
        for (const [i, factor] of expected.entries()) expect(scale[i]! / factor).toBeCloseTo(1, 6);
      }),
      { numRuns: 40, seed: 4 },
    );
  });

  test('the clipped weights, bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (options) => {
        const [{ w, n }] = options.weights as [AwqCase['weights'][number]];
        expect(await clipped(options)).toEqual(referenceClip({ ...referenced(options), w, n }));
      }),
      { numRuns: 40, seed: 5 },
    );
  });

  for (const [kind, make] of Object.entries(EDGE_WEIGHTS)) {
    test.each(SHAPES)(`${kind}, %i × %i, some inputs always 0`, async (k, n) => {
      const options: Case = {
        k,
        bits: 4,
        symmetric: false,
        group: Math.min(k, 32),
        weights: [{ w: make(k, n), n }],
        x: samples(k, 40, 5, (i) => i % 7 === 3),
      };
      const [{ w }] = options.weights as [AwqCase['weights'][number]];
      expect((await choice(options)).candidate).toBe(referenceChoice(referenced(options)));
      expect(await clipped(options)).toEqual(referenceClip({ ...referenced(options), w, n }));
    });
  }
});

test.each([Number.NaN, Infinity])('a weight of %d is named', async (value) => {
  const options: Case = {
    k: 8,
    bits: 4,
    symmetric: true,
    group: 8,
    weights: [{ w: normals(24, 1).map((w, i) => (i === 7 ? value : w)), n: 3 }],
    x: samples(8, 16, 2),
  };
  const error = { code: 'non-finite', message: `Weight "w" holds ${value} at input 2, output 1.` };
  await expect(choice(options)).rejects.toMatchObject(error);
  await expect(clipped(options)).rejects.toMatchObject(error);
});

test('where an input outweighs the others its weights become large', async () => {
  const [k, n] = [64, 16];
  const options: Case = {
    k,
    bits: 3,
    symmetric: false,
    group: k,
    weights: [{ w: normals(k * n, 3), n }],
    x: samples(k, 200, 4),
  };
  const { scale } = await choice(options);
  const loud = scale.filter((_, i) => i % 9 === 4);
  const quiet = scale.filter((_, i) => i % 9 !== 4);
  expect(Math.min(...loud)).toBeGreaterThan(Math.max(...quiet));
});
