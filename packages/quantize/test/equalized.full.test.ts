import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '@quantloop/core';
import { readModel, TensorReader } from '@quantloop/onnx';
import {
  chooseScale,
  collectStatistics,
  findLinears,
  findStations,
  layoutOf,
  METHODS,
  openWeight,
  quantizeFolder,
  Statistics,
  type Equalizer,
  type Linear,
  type Storage,
  type WeightPlan,
} from '@quantloop/quantize';
import { Arithmetic, forwardLogits, multiply, openSession } from '@quantloop/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoModel } from './support/demo-model.ts';
import { exportFolder } from './support/export-folder.ts';
import { genaiLlama } from './support/exports/genai-llama.ts';
import { optimumLlama } from './support/exports/optimum-llama.ts';
import { tinyWeights } from './support/exports/tiny-weights.ts';
import { temporaryFolder } from './support/model-folder.ts';
import { memorySource } from './support/memory-source.ts';
import { recipeOf } from './support/recipe.ts';
import { relativeDistance } from './support/run-model.ts';

const arithmetic = new Arithmetic({ threads: 1 });
afterAll(() => arithmetic.release());

async function statisticsOf(source: string, sequences: number[][]): Promise<Statistics> {
  const target = await temporaryFolder();
  await collectStatistics({ source, target, sequences });
  return Statistics.open(target);
}

describe('the output error of every layer of the demo model is no larger with AWQ than rounded to nearest', () => {
  let folder: string;
  let statistics: Statistics;
  beforeAll(async () => {
    const demo = await demoModel({ texts: 16, tokens: 128 });
    folder = demo.folder;
    statistics = await statisticsOf(folder, demo.sequences);
  });

  const planOf = (method: string, { k, n, type }: Linear, recipe: Partial<Recipe>): WeightPlan => {
    const plan = METHODS[method]!.plan({ name: 'w', k, n, type }, recipeOf({ method, ...recipe }));
    if ('refuse' in plan) throw new Error(plan.refuse);
    return plan;
  };

  test.each([
    { bits: 2, granularity: { group: 64 } },
    { bits: 2, granularity: 'channel' as const },
    { bits: 3, granularity: { group: 64 } },
    { bits: 3, granularity: 'channel' as const },
    { bits: 4, granularity: { group: 64 } },
    { bits: 4, granularity: 'channel' as const },
  ])('$bits bits, $granularity', { timeout: 240_000 }, async (recipe) => {
    const model = await readModel(join(folder, 'model.onnx'));
    await using reader = await TensorReader.open(join(folder, 'model.onnx'));
    let layers = 0;
    let rescaled = 0;
    for (const { input, k, linears, ties } of findStations(model, findLinears(model))) {
      const moments = await statistics.moments(input);
      const inputs = { ...(await statistics.inputs(input)), moments, arithmetic };
      const sources = linears.map((linear) => openWeight({ reader, name: linear.weight, ...linear }));
      const awq = linears.map((linear) => planOf('awq', linear, { ...recipe, symmetric: false }));
      const candidates = sources.map((weight, i) => ({ weight, equalizer: awq[i]!.equalizer as Equalizer }));
      const { scale, candidate } = await chooseScale({
        layers: candidates as [(typeof candidates)[number]],
        inputs,
        ties,
      });
      if (candidate >= 0) rescaled++;
      const within = moments.map((sum, i) => sum / (scale[Math.floor(i / k)]! * scale[i % k]!));
      for (const [i, linear] of linears.entries()) {
        layers++;
        const { n } = linear;
        const weight = new Float32Array(n * k);
        for await (const { first, data } of sources[i]!.panels()) weight.set(data, first * k);
        /** ‖x(W − Q / s)‖ with the moments in double precision. */
        const error = async (plan: WeightPlan, s: Float64Array) => {
          const columns = Float32Array.from({ length: n * k }, (_, at) => {
            const [row, column] = [Math.floor(at / n), at % n];
            return weight[column * k + row]! * s[row]!;
          });
          const source = memorySource(columns, k, n, n);
          const { parts } = await plan.quantize(source, { rows: 1, moments: within, arithmetic });
          const read = layoutOf<Storage>(plan.storage).values(plan.storage, parts);
          const off = Float64Array.from(read, (value, at) => weight[at]! - value / s[at % k]!);
          const { data } = await multiply(arithmetic, {
            a: { data: off, rows: n, columns: k },
            b: { data: Float64Array.from(moments), rows: k, columns: k },
          });
          const sum = off.reduce((total, value, at) => total + value * data[at]!, 0);
          return Math.sqrt(sum);
        };
        const ones = new Float64Array(k).fill(1);
        const nearest = await error(planOf('rtn', linear, { ...recipe, symmetric: false }), ones);
        expect(await error(awq[i]!, scale), linear.weight).toBeLessThanOrEqual(nearest * (1 + 1e-6));
      }
    }
    expect(layers).toBe(36);
    expect(rescaled).toBeGreaterThan(10);
  });
});

const SEQUENCES = Array.from({ length: 12 }, (_, row) =>
  Array.from({ length: 20 }, (_, i) => (row * 17 + i * (3 + row)) % 40),
);
const untied = tinyWeights({ tied: false });
const MODELS = [
  { name: 'onnxruntime-genai', model: () => genaiLlama({ weights: untied, type: 'float32' }) },
  { name: 'Optimum', model: () => optimumLlama({ weights: untied, opset: 18, form: 'folded' }) },
];

async function logitsOf(folder: string): Promise<Float32Array> {
  await using session = await openSession({
    folder,
    engine: { kind: 'onnxruntime', provider: 'cpu', threads: 1 },
  });
  return (await forwardLogits({ session, rows: SEQUENCES.slice(0, 2) })).logits.data as Float32Array;
}

const exact = { accuracyLevel: 0 };
const RECIPES = [
  recipeOf({ method: 'awq', bits: 8, granularity: { group: 32 }, options: exact }),
  recipeOf({ method: 'awq', bits: 8, granularity: { group: 32 }, options: { ...exact, clip: 'none' } }),
  recipeOf({ method: 'awq-gptq', bits: 8, granularity: { group: 32 }, options: exact }),
  recipeOf({ method: 'dynamic-int8', options: { smooth: 0.5 } }),
  recipeOf({ method: 'dynamic-int8', options: { smooth: 'auto', activations: 'tensor' } }),
];

describe.each(MODELS)('$name', ({ name, model }) => {
  test.each(RECIPES)('$method $options computes nearly the same at 8 bits', async (recipe) => {
    const source = await exportFolder(model(), ['model.onnx_data']);
    const statistics = await statisticsOf(source, SEQUENCES);
    const target = await temporaryFolder();
    const calibration = { sequences: SEQUENCES };
    const { quantized, rescaled } = await quantizeFolder({ source, target, recipe, calibration, statistics });
    expect(quantized.length).toBeGreaterThan(10);
    expect(rescaled!.length).toBeGreaterThan(recipe.method === 'dynamic-int8' ? 8 : 0);
    for (const { value, nodes, foldedInto, low, high } of rescaled!) {
      expect(low).toBeLessThan(high);
      expect(nodes.length).toBeGreaterThan(0);
      // Attention is in pieces in one of them.
      expect(foldedInto.length, value).toBe(name === 'Optimum' && /o_proj/.test(nodes[0]!) ? 0 : 1);
    }

    const threaded = await temporaryFolder();
    await quantizeFolder({ source, target: threaded, recipe, calibration, statistics, threads: 2 });
    const bytesOf = (folder: string) => readFile(join(folder, 'model.onnx_data'), 'base64');
    expect(await bytesOf(threaded)).toBe(await bytesOf(target));
    const within = recipe.method === 'dynamic-int8' ? 0.06 : 0.03;
    expect(relativeDistance(await logitsOf(target), await logitsOf(source))).toBeLessThan(within);
  });

  test('layers that stay as they are or are rounded otherwise are rescaled with their neighbours', async () => {
    const source = await exportFolder(model(), ['model.onnx_data']);
    const statistics = await statisticsOf(source, SEQUENCES);
    const target = await temporaryFolder();
    const fine = { bits: 8, granularity: { group: 32 } };
    const options = { accuracyLevel: 0, symmetricRange: 'signed', clip: 'none' };
    const nearest = { method: 'rtn', ...fine, symmetric: true, options };
    const recipe = recipeOf({
      method: 'awq',
      ...fine,
      options: exact,
      exclude: ['*gate_proj*', '*k_proj*'],
      mix: [
        { roles: ['o_proj', 'lm_head'], recipe: 'keep' },
        { roles: ['down_proj'], recipe: nearest },
      ],
    });
    const calibration = { sequences: SEQUENCES };
    const { rescaled } = await quantizeFolder({ source, target, recipe, calibration, statistics });
    expect(rescaled!.flatMap(({ nodes }) => nodes).some((node) => node.includes('gate_proj'))).toBe(true);
    expect(relativeDistance(await logitsOf(target), await logitsOf(source))).toBeLessThan(0.03);
  });

  test.each(['awq', 'awq-gptq'])('%s goes on after an interruption to the same bytes', async (method) => {
    const source = await exportFolder(model(), ['model.onnx_data']);
    const statistics = await statisticsOf(source, SEQUENCES);
    const recipe = recipeOf({ method, granularity: { group: 32 } });
    const blocks = new Map<string, Uint8Array>();
    const checkpoint = {
      read: async (name: string) => blocks.get(name),
      write: async (name: string, bytes: Uint8Array) => void blocks.set(name, bytes),
    };
    const bytesOf = async (folder: string) => readFile(join(folder, 'model.onnx_data'), 'base64');
    let reports = 0;
    const attempt = async (stopAt: number) => {
      const target = await temporaryFolder();
      const stop = new AbortController();
      let count = 0;
      const done = quantizeFolder({
        source,
        target,
        recipe,
        calibration: { sequences: SEQUENCES },
        statistics,
        checkpoint,
        blockWeights: 1,
        signal: stop.signal,
        onProgress: () => {
          if (++count === stopAt) stop.abort(new Error('stopped'));
        },
      });
      await done.catch((error: Error) => expect(error.message).toBe('stopped'));
      reports = count;
      return target;
    };
    const whole = await bytesOf(await attempt(-1));
    const all = reports;
    blocks.clear();
    // Each attempt gets one station or weight further than the one before.
    for (let i = 1; i < all; i++) await attempt(2);
    expect([...blocks.keys()].some((name) => name.startsWith('scale-'))).toBe(true);
    const last = await attempt(-1);
    expect(reports).toBeLessThan(4);
    expect(await bytesOf(last)).toBe(whole);
    expect((await readdir(last)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

test('without statistics a method that needs them says so', async () => {
  const source = await exportFolder(MODELS[0]!.model());
  const target = await temporaryFolder();
  const calibration = { sequences: SEQUENCES };
  const run = quantizeFolder({ source, target, recipe: recipeOf({ method: 'awq' }), calibration });
  await expect(run).rejects.toMatchObject({
    code: 'invalid-spec',
    message: 'awq needs statistics of the unquantized model.',
  });
});
