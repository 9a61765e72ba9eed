import fc from 'fast-check';
import { layoutOf, METHODS, type LayerInputs, type Storage } from '@quantloop/quantize';
import { transpose } from '@quantloop/onnx';
import { Arithmetic } from '@quantloop/runtime';
import { afterAll, describe, expect, test } from 'vitest';
import { EDGE_WEIGHTS, SHAPES } from '../support/edge-weights.ts';
import { memorySource } from '../support/memory-source.ts';
import { normals } from '../support/random.ts';
import { recipeOf } from '../support/recipe.ts';
import { referenceGptq } from '../support/reference-gptq.ts';

const arithmetic = new Arithmetic({ threads: 1 });
afterAll(() => arithmetic.release());

interface Case {
  weight: Float32Array;
  k: number;
  n: number;
  moments: Float32Array;
  bits: number;
  group: number | 'channel';
  symmetric: boolean;
  activationOrder: boolean;
  clip?: 'none' | 'mse';
}

/** Σ xᵀx of `rows` rows of correlated inputs, some of them 0 throughout where asked. */
function momentsOf(
  k: number,
  rows: number,
  seed: number,
  dead: (i: number) => boolean = () => false,
): Float32Array {
  const noise = normals(rows * k, seed);
  const moments = new Float32Array(k * k);
  for (let r = 0; r < rows; r++) {
    const common = noise[r * k]!;
    const x = Array.from({ length: k }, (_, i) =>
      dead(i) ? 0 : noise[r * k + i]! * (1 + (i % 5)) + 0.7 * common,
    );
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) moments[i * k + j]! += x[i]! * x[j]!;
  }
  return moments;
}

const rounded = async (options: Case) => {
  const { weight, k, n, bits, group, symmetric, activationOrder, clip = 'none' } = options;
  const recipe = recipeOf({
    method: 'gptq',
    bits,
    symmetric,
    granularity: group === 'channel' ? group : { group },
    options: { activationOrder, clip, symmetricRange: 'centered' },
  });
  const plan = METHODS['gptq']!.plan({ name: 'w', k, n, type: 'float32' }, recipe);
  if ('refuse' in plan) throw new Error(plan.refuse);
  const inputs: LayerInputs = { rows: 1, moments: options.moments, arithmetic };
  const packed = await plan.quantize(memorySource(weight, k, n), inputs);
  const values = layoutOf<Storage>(plan.storage).values(plan.storage, packed.parts);
  return { values: transpose(values, n, k), error: packed.error };
};

const reference = (options: Case) =>
  referenceGptq({
    ...options,
    group: options.group === 'channel' ? options.k : options.group,
    range: options.symmetric ? 'centered' : 'asymmetric',
    damping: 0.01,
  }).dequantized;

/** ‖x(W − Q)‖² by the moments of x. */
function outputError(
  weight: Float32Array,
  values: Float32Array,
  moments: Float32Array,
  k: number,
  n: number,
): number {
  let sum = 0;
  for (let c = 0; c < n; c++) {
    const off = Array.from({ length: k }, (_, i) => weight[i * n + c]! - values[i * n + c]!);
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) sum += off[i]! * moments[i * k + j]! * off[j]!;
  }
  return sum;
}

describe('the weights are those of the plain algorithm, bit for bit', () => {
  const shape = fc.record({
    k: fc.integer({ min: 1, max: 100 }),
    n: fc.integer({ min: 1, max: 6 }),
    bits: fc.constantFrom(2, 3, 4, 8),
    group: fc.constantFrom('channel' as const, 16, 32, 64),
    symmetric: fc.boolean(),
    activationOrder: fc.boolean(),
    clip: fc.constantFrom('none' as const, 'mse' as const),
    seed: fc.integer({ min: 1, max: 1e6 }),
  });

  test('of any shape, grid and order', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async ({ seed, ...options }) => {
        const { k, n } = options;
        const given = { ...options, weight: normals(k * n, seed), moments: momentsOf(k, 2 * k, seed + 1) };
        expect((await rounded(given)).values).toEqual(reference(given));
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    [300, 9, 128],
    // More channels than a tile has, and groups that begin within a leaf.
    [70, 261, 16],
  ])('across the blocks in which it is computed, %i × %i in groups of %i', async (k, n, group) => {
    for (const activationOrder of [true, false]) {
      const given = {
        weight: normals(k * n, 3),
        moments: momentsOf(k, 200, 4),
        k,
        n,
        bits: 3,
        group,
        symmetric: false,
        activationOrder,
      };
      expect((await rounded(given)).values).toEqual(reference(given));
    }
  });

  for (const [kind, make] of Object.entries(EDGE_WEIGHTS)) {
    test.each(SHAPES)(`${kind}, %i × %i`, async (k, n) => {
      const given = {
        weight: make(k, n),
        moments: momentsOf(k, 2 * k, 5, (i) => i % 7 === 3),
        k,
        n,
        bits: 4,
        group: 32,
        symmetric: false,
        activationOrder: true,
      };
      expect((await rounded(given)).values).toEqual(reference(given));
    });
  }
});

describe('inputs', () => {
  const [k, n] = [48, 5];
  const weight = normals(k * n, 6);
  const base = { weight, k, n, bits: 3, group: 'channel' as const, symmetric: true, activationOrder: false };

  test('that were always 0 leave their weights rounded to nearest', async () => {
    const dead = (i: number) => i === 7 || i === 40;
    const { values } = await rounded({ ...base, moments: momentsOf(k, 100, 7, dead) });
    const nothing = await rounded({ ...base, moments: new Float32Array(k * k) });
    for (let c = 0; c < n; c++) {
      for (const i of [7, 40]) expect(values[i * n + c]).toBe(nothing.values[i * n + c]);
    }
  });

  test('fewer than there are weights are made up for by damping', async () => {
    const moments = momentsOf(k, 3, 8);
    const { values } = await rounded({ ...base, moments });
    const nothing = await rounded({ ...base, moments: new Float32Array(k * k) });
    const error = (q: Float32Array) => outputError(weight, q, moments, k, n);
    expect(error(values)).toBeLessThan(0.5 * error(nothing.values));
  });

  test('make the error of the output smaller than rounding to nearest does, at every width', async () => {
    const moments = momentsOf(k, 200, 9);
    for (const bits of [2, 3, 4]) {
      const { values, error } = await rounded({ ...base, bits, moments });
      const nearest = await rounded({ ...base, bits, moments: new Float32Array(k * k) });
      expect(outputError(weight, values, moments, k, n)).toBeLessThan(
        outputError(weight, nearest.values, moments, k, n),
      );
      expect(error.errorSquares).toBeGreaterThan(nearest.error.errorSquares);
    }
  });
});
