import { float, GraphBuilder } from '@quantloop/onnx';
import { chooseScale, collectStatistics, METHODS, quantizeFolder, Statistics } from '@quantloop/quantize';
import { Arithmetic } from '@quantloop/runtime';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { exportFolder } from '../support/export-folder.ts';
import { memorySource } from '../support/memory-source.ts';
import { temporaryFolder } from '../support/model-folder.ts';
import { normals } from '../support/random.ts';
import { recipeOf } from '../support/recipe.ts';
import { relativeDistance, runModel } from '../support/run-model.ts';
import { stationInputs } from '../support/station-inputs.ts';

const arithmetic = new Arithmetic({ threads: 1 });
afterAll(() => arithmetic.release());

const equalizerOf = (k: number, n: number, smooth: number | 'auto') => {
  const recipe = recipeOf({ method: 'dynamic-int8', options: { smooth } });
  const plan = METHODS['dynamic-int8']!.plan({ name: 'w', k, n, type: 'float32' }, recipe);
  if ('refuse' in plan) throw new Error(plan.refuse);
  return plan.equalizer!;
};

test('a fixed exponent gives max |x|^α / max |w|^(1 − α), over all layers that share the input', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(1e6),
      async (k, widths, alpha, seed) => {
        const noise = normals(6 * k, seed);
        const x = Array.from({ length: 6 }, (_, r) => [...noise.subarray(r * k, (r + 1) * k)]);
        const weights = widths.map((n, i) => normals(k * n, seed + 2 * i + 2));
        const [first, ...others] = weights.map((w, i) => ({
          weight: memorySource(w, k, widths[i]!),
          equalizer: equalizerOf(k, widths[i]!, alpha),
        }));
        const ties = Int32Array.from({ length: k }, (_, i) => i);
        const inputs = stationInputs(x, arithmetic);
        const { scale } = await chooseScale({ layers: [first!, ...others], inputs, ties });
        for (let i = 0; i < k; i++) {
          const input = Math.max(...x.map((row) => Math.abs(row[i]!)));
          const weight = Math.max(
            ...weights.flatMap((w, l) => [...w.subarray(i * widths[l]!, (i + 1) * widths[l]!)].map(Math.abs)),
          );
          expect(scale[i]! / (input ** alpha / weight ** (1 - alpha))).toBeCloseTo(1, 5);
        }
      },
    ),
    { numRuns: 40 },
  );
});

describe('a layer whose input has some loud channels', () => {
  const [k, n, tokens] = [96, 40, 64];
  const sequences = [Array.from({ length: tokens }, (_, i) => i)];

  /** A table, RMSNormalization whose weight makes every sixteenth channel 40 times as large, and a layer. */
  const layer = async () => {
    const g = new GraphBuilder({ opset: 23, irVersion: 11 });
    const ids = g.input('input_ids', 'int64', ['batch', 'sequence']);
    const x = g.node('Gather', [g.initializer('table', 'float32', [tokens, k], normals(tokens * k, 7)), ids]);
    const loud = normals(k, 3).map((v, i) => (1 + 0.1 * v) * (i % 16 === 5 ? 40 : 1));
    const normed = g.node('RMSNormalization', [x, g.initializer('norm', 'float32', [k], loud)], {
      outputs: ['normed'],
      attributes: { epsilon: float(1e-5) },
    });
    const weight = g.initializer('w', 'float32', [k, n], normals(k * n, 5));
    const y = g.output('y', 'float32', ['batch', 'sequence', n]);
    g.node('MatMul', [normed, weight], { name: '/l/MatMul', outputs: [y] });
    return exportFolder(g.model());
  };

  const STATIC = ['minmax', 'percentile', 'entropy', 'mse'].map((ranges) => ({ ranges }));
  test.each([
    { method: 'dynamic-int8', options: { activations: 'token' } },
    { method: 'dynamic-int8', options: { activations: 'tensor' } },
    ...STATIC.map((options) => ({ method: 'static-int8', options })),
  ])('is rounded better when smoothed: $method, $options', async ({ method, options }) => {
    const source = await layer();
    const collected = await temporaryFolder();
    await collectStatistics({ source, target: collected, sequences });
    const statistics = await Statistics.open(collected);
    const ids = BigInt64Array.from(sequences[0]!, BigInt);
    const inputs = { input_ids: { data: ids, dims: [1, tokens] } };
    const { y } = await runModel(source, inputs);
    const errorOf = async (smooth: string | number) => {
      const target = await temporaryFolder();
      const recipe = recipeOf({ method, options: { ...options, smooth } });
      await quantizeFolder({ source, target, recipe, statistics, calibration: { sequences } });
      return relativeDistance((await runModel(target, inputs)).y!, y!);
    };
    const none = await errorOf('none');
    const fixed = await Promise.all([0.3, 0.5, 0.7, 0.9].map(errorOf));
    const auto = await errorOf('auto');
    expect(auto).toBeLessThan(0.8 * none);
    // What it expects of each exponent is near enough to what happens.
    expect(auto).toBeLessThan(1.1 * Math.min(...fixed));
  });
});
