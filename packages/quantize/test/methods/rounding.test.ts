import fc from 'fast-check';
import { layoutOf, METHODS, type PackedWeight } from '@quantloop/quantize';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../support/memory-source.ts';
import { normals } from '../support/random.ts';
import { recipeOf } from '../support/recipe.ts';
import { referenceNBits } from '../support/reference.ts';

/** Weights of ordinary size: below 1e-30 the scales themselves run out of digits. */
const weight = fc
  .float({ min: -1e6, max: 1e6, noNaN: true })
  .map((value) => (Math.abs(value) < 1e-30 ? 0 : Math.fround(value)));

const matrix = fc
  .record({ k: fc.integer({ min: 1, max: 70 }), n: fc.integer({ min: 1, max: 5 }) })
  .chain(({ k, n }) =>
    fc.record({
      k: fc.constant(k),
      n: fc.constant(n),
      w: fc.array(weight, { minLength: k * n, maxLength: k * n }).map((values) => Float32Array.from(values)),
    }),
  );

const quantize = (
  recipe: ReturnType<typeof recipeOf>,
  { w, k, n }: { w: Float32Array; k: number; n: number },
) => {
  const plan = METHODS[recipe.method]!.plan({ name: 'w', k, n, type: 'float32' }, recipe);
  if ('refuse' in plan || plan.inputs !== undefined) expect.fail('The weight alone should do.');
  return plan.quantize(memorySource(w, k, n));
};

const floats = (packed: PackedWeight, part: number): Float32Array =>
  new Float32Array(packed.parts[part]!.data.buffer);

describe('no weight is moved by more than half a step', () => {
  for (const bits of [2, 3, 4, 8]) {
    for (const [name, symmetric, options, steps] of [
      ['asymmetric', false, {}, 0.5],
      ['symmetric and centered', true, { symmetricRange: 'centered' }, 0.5],
      // The side opposite to the extreme ends a step short of it.
      ['symmetric and signed, but by one at the far end', true, { symmetricRange: 'signed' }, 1],
    ] as const) {
      test(`rtn, ${bits} bits, ${name}`, async () => {
        await fc.assert(
          fc.asyncProperty(matrix, async (input) => {
            const recipe = recipeOf({ method: 'rtn', bits, symmetric, granularity: { group: 16 }, options });
            const packed = await quantize(recipe, input);
            const step = Math.max(...floats(packed, 1).map(Math.abs));
            expect(packed.error.largest).toBeLessThanOrEqual(step * steps * (1 + 2 ** bits * 1e-7));
          }),
        );
      });
    }
  }

  test('dynamic-int8', async () => {
    await fc.assert(
      fc.asyncProperty(
        matrix,
        fc.constantFrom('channel' as const, 'tensor' as const),
        async (input, granularity) => {
          const packed = await quantize(recipeOf({ method: 'dynamic-int8', granularity }), input);
          const step = Math.max(...floats(packed, 1));
          expect(packed.error.largest).toBeLessThanOrEqual((step / 2) * (1 + 256e-7));
        },
      ),
    );
  });

  test.each([
    ['nf4', 0.304],
    ['fp4', 1 / 3],
  ])('%s, whose widest step is %d of the largest magnitude', async (method, widest) => {
    await fc.assert(
      fc.asyncProperty(matrix, async (input) => {
        const packed = await quantize(recipeOf({ method, granularity: { group: 16 } }), input);
        const step = widest * Math.max(...floats(packed, 1));
        expect(packed.error.largest).toBeLessThanOrEqual((step / 2) * (1 + 1e-6));
      }),
    );
  });
});

test('clipping never makes the squared error larger', async () => {
  await fc.assert(
    fc.asyncProperty(
      matrix,
      fc.constantFrom(2, 3, 4, 8),
      fc.constantFrom('tensor' as const, 'channel' as const, { group: 16 }),
      fc.boolean(),
      async (input, bits, granularity, symmetric) => {
        const recipe = (clip: string) =>
          recipeOf({ method: 'rtn', bits, granularity, symmetric, options: { clip } });
        const [clipped, whole] = [
          await quantize(recipe('mse'), input),
          await quantize(recipe('none'), input),
        ];
        expect(clipped.error.errorSquares).toBeLessThanOrEqual(whole.error.errorSquares * (1 + 1e-12));
      },
    ),
  );
});

test.each([2, 3, 4])('hqq with %d bits makes less of Σ |W − Q|^0.7 than rtn', async (bits) => {
  const [k, n] = [256, 64];
  // Heavier tails than a normal distribution's.
  const w = normals(k * n, 5).map((value) => 0.05 * value * Math.abs(value));
  const objective = async (method: string): Promise<number> => {
    const recipe = recipeOf({ method, bits, symmetric: false, granularity: { group: 64 } });
    const plan = METHODS[method]!.plan({ name: 'w', k, n, type: 'float32' }, recipe);
    if ('refuse' in plan || plan.inputs !== undefined) expect.fail('The weight alone should do.');
    const { parts } = await plan.quantize(memorySource(w, k, n));
    const values = layoutOf(plan.storage).values(plan.storage, parts);
    return values.reduce(
      (sum, value, i) => sum + Math.abs(value - w[(i % k) * n + Math.floor(i / k)]!) ** 0.7,
      0,
    );
  };
  expect(await objective('hqq')).toBeLessThan(0.98 * (await objective('rtn')));
});

test('weights that lie on the grid come back unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(matrix, fc.boolean(), async ({ w, k, n }, symmetric) => {
      // −8 opens every block, so that the symmetric step is 1; 7 follows, so that the asymmetric one is 1 as well.
      const place = (i: number) => Math.floor(i / n) % 16;
      const whole = w.map((value, i) => (place(i) === 0 ? -8 : place(i) === 1 ? 7 : Math.trunc(value) % 8));
      fc.pre(symmetric || k % 16 !== 1);
      const recipe = recipeOf({ method: 'rtn', bits: 4, symmetric, granularity: { group: 16 } });
      const packed = await quantize(recipe, { w: whole, k, n });
      expect(packed.error.largest).toBe(0);
    }),
  );
});

test('halfway between two codes, and next to it, the quotient in double precision decides', async () => {
  const next = (value: number, ulps: number): number => {
    const bits = new Int32Array(Float32Array.of(value).buffer);
    bits[0]! += ulps;
    return new Float32Array(bits.buffer)[0]!;
  };
  await fc.assert(
    fc.asyncProperty(
      fc.float({ min: Math.fround(1e-3), max: 1000, noNaN: true }),
      fc.constantFrom(2, 3, 4, 8),
      fc.array(fc.tuple(fc.integer({ min: -200, max: 200 }), fc.integer({ min: -2, max: 2 })), {
        minLength: 64,
        maxLength: 64,
      }),
      async (magnitude, bits, places) => {
        // The first weight of each block sets the scale, to −magnitude · 2^(1 − bits) of either sign.
        const extreme = Math.fround(magnitude);
        const half = 2 ** (bits - 1);
        const w = Float32Array.from(places, ([place, ulps], i) =>
          i % 16 === 0 ? extreme : next(((place % half) + 0.5) * Math.fround(extreme / half), ulps),
        ).map((value) => Math.max(-extreme, Math.min(extreme, value)));
        const recipe = recipeOf({ method: 'rtn', bits, granularity: { group: 16 } });
        const { parts } = await quantize(recipe, { w, k: 64, n: 1 });
        const expected = referenceNBits(w, {
          k: 64,
          n: 1,
          blockSize: 16,
          bits,
          range: 'signed',
          scalePer: 'block',
        });
        expect(parts[0]!.data).toEqual(expected.parts['codes']);
      },
    ),
  );
});

test('panels of any size give the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      matrix,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('rtn', 'nf4', 'fp4', 'dynamic-int8'),
      async (input, size, method) => {
        const { w, k, n } = input;
        const plan = METHODS[method]!.plan({ name: 'w', k, n, type: 'float32' }, recipeOf({ method }));
        if ('refuse' in plan || plan.inputs !== undefined) expect.fail('The weight alone should do.');
        const [one, two] = [
          await plan.quantize(memorySource(w, k, n, size)),
          await plan.quantize(memorySource(w, k, n, n)),
        ];
        expect(one.parts).toEqual(two.parts);
        expect(one.error).toEqual(two.error);
      },
    ),
  );
});
