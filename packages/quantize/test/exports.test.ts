import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '@quantloop/core';
import { graphOf, readModel, type ModelProto } from '@quantloop/onnx';
import { collectStatistics, quantizeFolder, Statistics } from '@quantloop/quantize';
import { generateGreedy } from '@quantloop/runtime';
import { describe, expect, test } from 'vitest';
import { dequantizedFolder } from './support/dequantized-folder.ts';
import { exportFolder } from './support/export-folder.ts';
import { bert } from './support/exports/bert.ts';
import { genaiLlama } from './support/exports/genai-llama.ts';
import { optimumLlama, type OptimumOptions } from './support/exports/optimum-llama.ts';
import { TINY, tinyWeights } from './support/exports/tiny-weights.ts';
import { logitsOf, openDecoder, TOKENS } from './support/logits-of.ts';
import { temporaryFolder } from './support/model-folder.ts';
import { recipeOf } from './support/recipe.ts';
import { relativeDistance, runModel } from './support/run-model.ts';

const [untied, tied] = [false, true].map((tied) => tinyWeights({ tied }));

const LAYER = ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj', 'self_attn.o_proj'];
const MLP = ['mlp.gate_proj', 'mlp.up_proj', 'mlp.down_proj'];
const inLayers = (modules: string[]) =>
  [0, 1].flatMap((layer) => modules.map((name) => `model.layers.${layer}.${name}`));
const separate = [...inLayers([...LAYER, ...MLP]), 'lm_head'];
const fused = [...inLayers(['attn.qkv_proj', 'attn.o_proj', ...MLP]), 'lm_head'];

interface Export {
  name: string;
  model: () => ModelProto;
  data?: string[];
  modules: string[];
  /** Relative distance allowed between packed weights and the float model that holds their values. */
  within: number;
}

const optimum = (name: string, options: Partial<OptimumOptions>, data?: string[]): Export => ({
  name: `Optimum, ${name}`,
  model: () => optimumLlama({ weights: untied!, opset: 18, form: 'folded', ...options }),
  ...(data === undefined ? {} : { data }),
  modules: separate,
  // Dequantized weights are rounded once more to be stored like the source.
  within: options.stored === undefined ? 1e-5 : options.stored === 'float16' ? 2e-3 : 2e-2,
});

const EXPORTS: Export[] = [
  ...[13, 14, 17, 18, 20, 21, 22].map((opset) => optimum(`opset ${opset}, weights inside`, { opset })),
  optimum('one data file', {}, ['model.onnx_data']),
  optimum('data in chunks', {}, ['model.onnx_data', 'model.onnx_data_1']),
  optimum('weights behind Transpose', { form: 'transpose' }),
  optimum('weights in Constant nodes', { form: 'constant' }),
  optimum('a head that is the embedding', { weights: tied! }),
  optimum('float16 weights, cast', { stored: 'float16' }),
  optimum('bfloat16 weights, cast and transposed', { stored: 'bfloat16', form: 'transpose' }),
  {
    name: 'onnxruntime-genai',
    model: () => genaiLlama({ weights: untied!, type: 'float32' }),
    data: ['model.onnx.data'],
    modules: fused,
    within: 1e-5,
  },
  {
    name: 'onnxruntime-genai, float16',
    model: () => genaiLlama({ weights: tied!, type: 'float16' }),
    data: ['model.onnx.data'],
    modules: fused,
    within: 2e-2,
  },
];

const RECIPES: Recipe[] = [
  recipeOf({ method: 'rtn', bits: 4, granularity: { group: 32 }, options: { accuracyLevel: 0 } }),
  recipeOf({ method: 'nf4' }),
  recipeOf({ method: 'dynamic-int8' }),
];

test('the exports compute the same function', async () => {
  const expected = await logitsOf(
    await exportFolder(optimumLlama({ weights: untied!, opset: 14, form: 'folded' })),
  );
  const genai = await logitsOf(await exportFolder(genaiLlama({ weights: untied!, type: 'float32' })));
  expect(relativeDistance(genai, expected)).toBeLessThan(1e-5);
  const half = await logitsOf(await exportFolder(genaiLlama({ weights: untied!, type: 'float16' })));
  expect(relativeDistance(half, expected)).toBeLessThan(2e-2);
});

describe.each(EXPORTS)('$name', ({ model, data, modules, within }) => {
  test.each(RECIPES)('$method quantizes every linear layer, and the result runs', async (recipe) => {
    const source = await exportFolder(model(), data);
    const target = await temporaryFolder();
    const manifest = await quantizeFolder({ source, target, recipe });
    const names = manifest.quantized.flatMap(({ nodes }) => nodes);
    expect(names.map((name) => name.split('/').slice(1, -1).join('.'))).toEqual(modules);

    const [packed, plain] = [
      await logitsOf(target),
      await logitsOf(await dequantizedFolder(source, target, manifest)),
    ];
    // dynamic-int8 rounds activations as well, which only tests of single layers can follow.
    const allowed = recipe.method === 'dynamic-int8' ? 0.1 : within;
    expect(relativeDistance(packed, plain)).toBeLessThan(allowed);

    await using session = await openDecoder(target);
    const prompts = [TOKENS.slice(0, 4), TOKENS.slice(0, 2)];
    const together = await generateGreedy({ session, prompts, maxNewTokens: 6 });
    const alone = await generateGreedy({ session, prompts: [prompts[1]!], maxNewTokens: 6 });
    if (recipe.method !== 'dynamic-int8') expect(together[1]).toEqual(alone[0]);
  });
});

test.each(EXPORTS)('$name: gptq rounds better than rtn by what the layers read', async ({ model, data }) => {
  const source = await exportFolder(model(), data);
  const sequences = Array.from({ length: 12 }, (_, i) =>
    Array.from({ length: 16 }, (_, j) => (i * 7 + j * j * 3 + i * j) % TINY.vocabulary),
  );
  const distances: number[] = [];
  for (const method of ['gptq', 'rtn']) {
    const target = await temporaryFolder();
    const recipe = recipeOf({ method, granularity: { group: 64 }, options: { accuracyLevel: 0 } });
    await quantizeFolder({ source, target, recipe, calibration: { sequences } });
    distances.push(relativeDistance(await logitsOf(target), await logitsOf(source)));
  }
  expect(distances[0]).toBeLessThan(0.9 * distances[1]!);
});

test.each(['float16', 'bfloat16'] as const)(
  'awq measures layers whose weights are %s and cast',
  async (stored) => {
    const source = await exportFolder(
      optimumLlama({ weights: untied!, opset: 18, form: 'transpose', stored }),
    );
    const sequences = Array.from({ length: 8 }, (_, i) =>
      Array.from({ length: 12 }, (_, j) => (i * 7 + j * 5) % 40),
    );
    const folder = await temporaryFolder();
    await collectStatistics({ source, target: folder, sequences });
    const statistics = await Statistics.open(folder);
    const target = await temporaryFolder();
    const { quantized } = await quantizeFolder({
      source,
      target,
      recipe: recipeOf({ method: 'awq' }),
      calibration: { sequences },
      statistics,
    });
    expect(quantized).toHaveLength(15);
    expect(relativeDistance(await logitsOf(target), await logitsOf(source))).toBeLessThan(0.5);
  },
);

test('patterns match the names of modules where weights have made-up ones', async () => {
  const source = await exportFolder(optimumLlama({ weights: untied!, opset: 18, form: 'folded' }));
  const target = await temporaryFolder();
  const recipe = recipeOf({ method: 'rtn', exclude: ['*.down_proj', 'model.layers.0.*.weight'] });
  const { exclude, kept } = await quantizeFolder({ source, target, recipe });
  expect(exclude).toEqual([
    { pattern: '*.down_proj', weights: 2 },
    { pattern: 'model.layers.0.*.weight', weights: 6 },
  ]);
  expect(Object.fromEntries(kept.map(({ name, reason }) => [name, reason]))).toMatchObject({
    'onnx::MatMul_1006': 'excluded by "*.down_proj"',
    'model.rotary_emb.inv_freq':
      'input 0 of MatMul "/model/rotary_emb/MatMul", where a linear layer has its activations',
  });
});

test('the configuration of onnxruntime-genai stays beside the model', async () => {
  const source = await exportFolder(genaiLlama({ weights: untied!, type: 'float32' }), ['model.onnx.data']);
  const config = '{"model":{"decoder":{"filename":"model.onnx"}}}';
  await writeFile(join(source, 'genai_config.json'), config);
  const target = await temporaryFolder();
  await quantizeFolder({ source, target, recipe: recipeOf({ method: 'rtn' }) });
  expect(await readFile(join(target, 'genai_config.json'), 'utf8')).toBe(config);
  expect((await readdir(target)).filter((name) => name.startsWith('model'))).toEqual([
    'model.onnx',
    'model.onnx_data',
  ]);
  const io = async (folder: string) => {
    const { input, output } = graphOf(await readModel(join(folder, 'model.onnx')));
    return [input, output];
  };
  expect(await io(target)).toEqual(await io(source));
});

test('an encoder is quantized like a decoder', async () => {
  const source = await exportFolder(bert());
  const target = await temporaryFolder();
  const recipe = recipeOf({
    method: 'rtn',
    bits: 8,
    granularity: { group: 16 },
    options: { accuracyLevel: 0, head: false },
  });
  const manifest = await quantizeFolder({ source, target, recipe });
  expect(manifest.quantized.flatMap(({ nodes }) => nodes)).toEqual([
    ...['query', 'key', 'value'].map((part) => `/encoder/layer.0/attention/self/${part}/MatMul`),
    '/encoder/layer.0/attention/output/dense/MatMul',
    '/encoder/layer.0/intermediate/dense/MatMul',
    '/encoder/layer.0/output/dense/MatMul',
    '/pooler/dense/Gemm',
  ]);
  const inputs = {
    input_ids: { data: BigInt64Array.of(2n, 7n, 19n, 4n, 3n, 0n), dims: [2, 3] },
    attention_mask: { data: BigInt64Array.of(1n, 1n, 1n, 1n, 1n, 0n), dims: [2, 3] },
    token_type_ids: { data: BigInt64Array.of(0n, 0n, 1n, 0n, 1n, 1n), dims: [2, 3] },
  };
  const packed = await runModel(target, inputs);
  const plain = await runModel(await dequantizedFolder(source, target, manifest), inputs);
  const original = await runModel(source, inputs);
  for (const name of ['last_hidden_state', 'pooler_output']) {
    expect(relativeDistance(packed[name]!, plain[name]!)).toBeLessThan(1e-5);
    expect(relativeDistance(packed[name]!, original[name]!)).toBeLessThan(0.02);
  }
});
