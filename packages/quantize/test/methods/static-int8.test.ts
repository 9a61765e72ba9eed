import { join } from 'node:path';
import { graphOf, readModel, TensorReader } from '@quantloop/onnx';
import { collectStatistics, layoutOf, METHODS, quantizeFolder, Statistics } from '@quantloop/quantize';
import { forwardLogits, openSession, scoreSequences } from '@quantloop/runtime';
import { beforeAll, describe, expect, test } from 'vitest';
import { ChannelSums } from '../../src/statistics/channel-sums.ts';
import { BINS } from '../../src/statistics/histogram.ts';
import type { InputStatistics } from '../../src/statistics/input-statistics.ts';
import { demoModel, type DemoModel } from '../support/demo-model.ts';
import { linearsFolder, temporaryFolder } from '../support/model-folder.ts';
import { normals } from '../support/random.ts';
import { recipeOf } from '../support/recipe.ts';
import { matMul, relativeDistance, runModel } from '../support/run-model.ts';
import { statisticsOfRows } from '../support/statistics-of-rows.ts';

const CPU = { kind: 'onnxruntime', provider: 'cpu', threads: 1 } as const;
const RANGES = ['minmax', 'percentile', 'entropy', 'mse'] as const;

/** One row of values, as statistics of one channel have it. */
function statisticsOf(values: Float32Array): InputStatistics {
  const sums = new ChannelSums(1);
  sums.add(values);
  return sums.result();
}

function gridOf(values: Float32Array, options: object) {
  const plan = METHODS['static-int8']!.plan(
    { name: 'w', k: 4, n: 4, type: 'float32' },
    recipeOf({ method: 'static-int8', options: options as Record<string, string> }),
  );
  if ('refuse' in plan) throw new Error(plan.refuse);
  const { storage } = plan.settle!.plan(statisticsOf(values));
  if (storage.layout !== 'matmul-integer' || typeof storage.activations !== 'object')
    throw new Error(storage.layout);
  const { scale, zero } = storage.activations;
  return { scale, zero, low: -zero * scale, high: (255 - zero) * scale };
}

const rounded = (x: number, { scale, zero }: { scale: number; zero: number }) =>
  Math.min(255 - zero, Math.max(-zero, Math.round(x / scale))) * scale;
const squaredError = (values: Float32Array, grid: { scale: number; zero: number }) =>
  values.reduce((sum, x) => sum + (x - rounded(x, grid)) ** 2, 0);

const bell = normals(20_000, 1);
const outlier = bell.map((x, i) => (i === 7 ? 1000 : x));
const positive = bell.map((x) => Math.abs(x) + 3);

describe('the range of activations', () => {
  test('by minmax reaches from the smallest value to the largest, 0 included', () => {
    const { low, high } = gridOf(bell, { ranges: 'minmax' });
    const step = (high - low) / 255;
    expect(Math.abs(low - Math.min(...bell))).toBeLessThan(step);
    expect(Math.abs(high - Math.max(...bell))).toBeLessThan(step);
    const ofPositive = gridOf(positive, { ranges: 'minmax' });
    expect(ofPositive.zero).toBe(0);
    expect(ofPositive.high).toBeCloseTo(Math.max(...positive), 5);
  });

  test.each([99.99, 99, 90])('by percentile %d is that of the sorted values, within a bin', (percentile) => {
    const sorted = Float64Array.from(bell).sort();
    const cut = Math.floor((bell.length * (100 - percentile)) / 200);
    const { low, high } = gridOf(bell, { ranges: 'percentile', percentile });
    const within = (high - low) / 255 + statisticsOf(bell).histogram.limit / BINS;
    expect(Math.abs(low - sorted[cut]!)).toBeLessThan(within);
    expect(Math.abs(high - sorted.at(-1 - cut)!)).toBeLessThan(within);
  });

  test('by entropy is where a plain search over all numbers of bins finds the least divergence', () => {
    const { counts, limit } = statisticsOf(outlier.map((x) => (x === 1000 ? 60 : x))).histogram;
    const magnitudes = Array.from({ length: BINS }, (_, i) => counts[BINS + i]! + counts[BINS - 1 - i]!);
    let best = { bins: BINS, loss: Infinity };
    for (let bins = 128; bins <= BINS; bins++) {
      const inside = magnitudes.slice(0, bins);
      const clipped = [...inside];
      clipped[bins - 1]! += magnitudes.slice(bins).reduce((a, b) => a + b, 0);
      const spread = new Array<number>(bins).fill(0);
      for (let level = 0; level < 128; level++) {
        const [start, end] = [Math.floor((level * bins) / 128), Math.floor(((level + 1) * bins) / 128)];
        const part = inside.slice(start, end);
        const filled = part.filter((count) => count > 0).length;
        const sum = part.reduce((a, b) => a + b, 0);
        part.forEach((count, i) => (spread[start + i] = count > 0 ? sum / filled : 0));
      }
      const total = clipped.reduce((a, b) => a + b, 0);
      const mass = spread.reduce((a, b) => a + b, 0);
      let loss = 0;
      clipped.forEach((count, i) => {
        if (count > 0)
          loss += (count / total) * Math.log(count / total / Math.max(spread[i]! / mass, 1e-4 / bins));
      });
      if (loss < best.loss - 1e-12) best = { bins, loss };
    }
    const threshold = (best.bins * limit) / BINS;
    const { high, scale } = gridOf(
      outlier.map((x) => (x === 1000 ? 60 : x)),
      { ranges: 'entropy' },
    );
    expect(Math.abs(high - Math.min(60, threshold))).toBeLessThanOrEqual(1.01 * scale);
  });

  test('by mse leaves no more error than the best of all factors tried on the values themselves', () => {
    for (const values of [bell, positive, outlier.map((x) => (x === 1000 ? 30 : x))]) {
      const whole = gridOf(values, { ranges: 'minmax' });
      const tried = Array.from({ length: 40 }, (_, i) => (50 - i) / 50).map((factor) =>
        squaredError(values, { ...whole, scale: whole.scale * factor }),
      );
      const found = squaredError(values, gridOf(values, { ranges: 'mse' }));
      expect(found).toBeLessThanOrEqual(1.02 * Math.min(...tried));
    }
  });

  test('but by minmax does not follow one huge outlier', () => {
    expect(gridOf(outlier, { ranges: 'minmax' }).high).toBeCloseTo(1000, 0);
    expect(gridOf(outlier, { ranges: 'percentile' }).high).toBeLessThan(10);
  });

  test.each(RANGES)('by %s takes zeros and constants', (ranges) => {
    expect(gridOf(new Float32Array(100), { ranges })).toMatchObject({ scale: 1, zero: 0 });
    for (const constant of [0.7, -0.7]) {
      const grid = gridOf(new Float32Array(100).fill(constant), { ranges });
      expect(Math.abs(rounded(constant, grid) - constant)).toBeLessThan(1e-3);
    }
  });
});

describe('a model with static activations', () => {
  let demo: DemoModel;
  let statistics: Statistics;
  beforeAll(async () => {
    demo = await demoModel({ texts: 48, tokens: 128 });
    const target = await temporaryFolder();
    await collectStatistics({ source: demo.folder, target, sequences: demo.sequences });
    statistics = await Statistics.open(target);
  });

  const quantized = async (options: Record<string, string>) => {
    const target = await temporaryFolder();
    const recipe = { ...recipeOf({ method: 'static-int8' }) };
    recipe.options = { ...recipe.options, head: false, ...options };
    const { folder: source, sequences } = demo;
    const manifest = await quantizeFolder({
      source,
      target,
      recipe,
      calibration: { sequences },
      statistics,
    });
    return { target, manifest };
  };

  const loss = async (folder: string) => {
    const session = await openSession({ folder, engine: CPU });
    const sequences = demo.sequences.map((tokens) => ({ tokens, from: 1 }));
    const scores = await scoreSequences({ session, sequences });
    await session.release();
    const all = scores.flatMap(({ logProbabilities }) => [...logProbabilities]);
    return -all.reduce((sum, each) => sum + each, 0) / all.length;
  };

  // Entropy clips the planted outlier channels of the demo model.
  const worst = { minmax: 0.1, percentile: 0.1, entropy: 0.2, mse: 0.1 };
  test.each(RANGES)('by %s stays close to the float model', async (ranges) => {
    const { target } = await quantized({ ranges });
    const more = (await loss(target)) - (await loss(demo.folder));
    expect(more).toBeLessThan(worst[ranges]);
  });

  test.each(RANGES)('by %s is nearer to the float model when smoothed', async (ranges) => {
    const rows = demo.sequences.slice(0, 12);
    const logits = async (folder: string) => {
      await using session = await openSession({ folder, engine: CPU });
      const { logits: tensor } = await forwardLogits({ session, rows });
      return tensor.data as Float32Array;
    };
    const exact = await logits(demo.folder);
    const errorOf = async (smooth: string) =>
      relativeDistance(await logits((await quantized({ ranges, smooth })).target), exact);
    // Its planted outlier channels: 0.112 → 0.032, 0.046 → 0.024, 0.166 → 0.096, 0.079 → 0.027.
    expect(await errorOf('auto')).toBeLessThan(0.7 * (await errorOf('none')));
  });

  test('rounds each input once for the layers that read it, and says by what grid', async () => {
    const { target, manifest } = await quantized({});
    const { node } = graphOf(await readModel(join(target, 'model.onnx')));
    const count = (op: string) => node.filter(({ opType }) => opType === op).length;
    expect(count('MatMulIntegerToFloat')).toBe(manifest.quantized.length);
    expect(count('QuantizeLinear')).toBeLessThan(manifest.quantized.length);
    const [query, key, value] = manifest.quantized;
    expect(query!.storage).toMatchObject({ activations: { scale: expect.any(Number) } });
    const activations = (tensor: typeof query) => (tensor!.storage as { activations: unknown }).activations;
    expect(activations(key)).toEqual(activations(query));
    expect(activations(value)).toEqual(activations(query));
    expect(manifest.calibration).toMatchObject({ sequences: 48 });
  });

  test('needs statistics', async () => {
    const recipe = recipeOf({ method: 'static-int8' });
    const target = await temporaryFolder();
    const { folder: source, sequences } = demo;
    const job = { source, target, recipe, calibration: { sequences } };
    await expect(quantizeFolder(job)).rejects.toThrow('static-int8 needs statistics');
  });
});

test.each([
  { ranges: 'mse', smooth: 'none' },
  { ranges: 'minmax', smooth: 0.5 },
])('the operators compute what the rounded values stand for: $ranges, smooth: $smooth', async (options) => {
  const [k, n] = [48, 12];
  const weight = normals(k * n, 2);
  const source = await linearsFolder([{ name: 'input_ids', k, n, weight }]);
  const x = normals(5 * k, 3).map((value) => value + 1);
  const target = await temporaryFolder();
  const recipe = recipeOf({ method: 'static-int8', options });
  const manifest = await quantizeFolder({
    source,
    target,
    recipe,
    calibration: { sequences: [[1]] },
    statistics: await statisticsOfRows('input_ids', k, x),
  });
  const [tensor] = manifest.quantized;
  const { storage } = tensor!;
  const grid = (storage as { activations: { scale: number; zero: number } }).activations;
  await using reader = await TensorReader.open(join(target, 'model.onnx'));
  const layout = layoutOf(storage);
  const parts = layout
    .parts(storage)
    .map(async (shape, i) => ({ ...shape, data: await reader.read(tensor!.parts[i]!) }));
  const values = layout.values(storage, await Promise.all(parts));
  const dequantized = Float32Array.from(
    { length: k * n },
    (_, i) => values[(i % n) * k + Math.floor(i / n)]!,
  );
  const inverse =
    options.smooth === 'none'
      ? new Float32Array(k).fill(1)
      : await reader.readFloat32('input_ids.inverse_scale');
  const expected = matMul(
    x.map((value, i) => rounded(Math.fround(value * inverse[i % k]!), grid)),
    dequantized,
    k,
    n,
  );
  const outputs = await runModel(target, { input_ids: { data: x, dims: [5, k] } });
  expect(relativeDistance(outputs['input_ids.out']!, expected)).toBeLessThan(1e-5);
});
