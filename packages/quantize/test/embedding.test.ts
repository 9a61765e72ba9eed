import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '@quantloop/core';
import {
  GraphBuilder,
  graphOf,
  readModel,
  TensorReader,
  transpose,
  writeModel,
  type OnnxType,
} from '@quantloop/onnx';
import { layoutOf, quantizeFolder, type QuantizationManifest } from '@quantloop/quantize';
import { describe, expect, test } from 'vitest';
import { dequantizedFolder } from './support/dequantized-folder.ts';
import { EDGE_WEIGHTS } from './support/edge-weights.ts';
import { exportFolder } from './support/export-folder.ts';
import { bert } from './support/exports/bert.ts';
import { genaiLlama } from './support/exports/genai-llama.ts';
import { optimumLlama } from './support/exports/optimum-llama.ts';
import { TINY, tinyWeights } from './support/exports/tiny-weights.ts';
import { logitsOf } from './support/logits-of.ts';
import { temporaryFolder } from './support/model-folder.ts';
import { normals } from './support/random.ts';
import { recipeOf } from './support/recipe.ts';
import { relativeDistance, runModel } from './support/run-model.ts';

const [ROWS, INDICES] = [12, [3, 0, 11, 3, 7, 5]];
const ids = { input_ids: { data: BigInt64Array.from(INDICES, BigInt), dims: [2, 3] } };
const whole = (method: string, rest: Partial<Recipe> = {}) =>
  recipeOf({ method, ...rest, options: { embedding: true, ...rest.options } });

/** input_ids → states: rows of one table, looked up in its own type. */
async function tableFolder(k: number, data: Float32Array, type: OnnxType = 'float32'): Promise<string> {
  const folder = await temporaryFolder();
  const g = new GraphBuilder({ opset: 13, irVersion: 7 });
  const table = g.initializer('embed_tokens.weight', type, [ROWS, k], [...data]);
  const flat = g.node('Reshape', [g.input('input_ids', 'int64', ['b', 's']), g.constant('int64', [1], [-1])]);
  const rows = g.node('Gather', [table, flat], { name: '/embed_tokens/Gather' });
  g.node('Cast', [rows], { attributes: { to: 1 }, outputs: [g.output('states', 'float32', ['t', k])] });
  await writeModel({ model: g.model(), file: join(folder, 'model.onnx') });
  return folder;
}

async function quantized(source: string, recipe: Recipe) {
  const target = await temporaryFolder();
  const manifest = await quantizeFolder({ source, target, recipe });
  return { target, manifest };
}

/** What the packed weight stands for, [n, k]. */
async function valuesOf(folder: string, { storage, parts }: QuantizationManifest['quantized'][number]) {
  await using reader = await TensorReader.open(join(folder, 'model.onnx'));
  const layout = layoutOf(storage);
  const read = layout
    .parts(storage)
    .map(async (part, i) => ({ ...part, data: await reader.read(parts[i]!) }));
  return layout.values(storage, await Promise.all(read));
}

const operators = async (folder: string) =>
  graphOf(await readModel(join(folder, 'model.onnx'))).node.map(({ opType }) => opType);

const reasons = ({ kept }: QuantizationManifest) =>
  Object.fromEntries(kept.map(({ name, reason }) => [name, reason]));

describe('rows of a packed table are those that its layout reads back', () => {
  const GRANULARITIES = [{ group: 16 }, { group: 32 }, { group: 256 }, 'channel' as const, 'tensor' as const];
  const RECIPES = [2, 3, 4, 8].flatMap((bits) =>
    [true, false].flatMap((symmetric) =>
      GRANULARITIES.map((granularity) => whole('rtn', { bits, symmetric, granularity })),
    ),
  );

  test.each(RECIPES)('$bits bits, symmetric $symmetric, $granularity', async (recipe) => {
    for (const [kind, make] of Object.entries(EDGE_WEIGHTS)) {
      // Whole blocks; a tail; an odd number of blocks; narrower than any block.
      for (const k of [64, 100, 48, 8]) {
        const source = await tableFolder(k, transpose(make(k, ROWS), k, ROWS));
        const { target, manifest } = await quantized(source, recipe);
        const [entry] = manifest.quantized;
        expect(entry).toMatchObject({
          name: 'embed_tokens.weight',
          nodes: ['/embed_tokens/Gather'],
          storage: { k, n: ROWS },
        });
        const values = await valuesOf(target, entry!);
        const { states } = await runModel(target, ids);
        expect(states, `${kind}, ${k}`).toEqual(
          Float32Array.from(INDICES.flatMap((row) => [...values.subarray(row * k, (row + 1) * k)])),
        );
      }
    }
  });

  test.each(['fp16', 'bf16'])('%s', async (method) => {
    for (const k of [64, 8]) {
      const source = await tableFolder(k, normals(ROWS * k, 3));
      const { target, manifest } = await quantized(source, recipeOf({ method }));
      expect(await operators(target)).toEqual(['Reshape', 'Gather', 'Cast', 'Cast']);
      expect(manifest.totals).toMatchObject({ bytesBefore: ROWS * k * 4, bytesAfter: ROWS * k * 2 });
      const values = await valuesOf(target, manifest.quantized[0]!);
      const { states } = await runModel(target, ids);
      expect(states).toEqual(
        Float32Array.from(INDICES.flatMap((row) => [...values.subarray(row * k, (row + 1) * k)])),
      );
    }
  });

  test.each(['float16', 'bfloat16'] as const)('a table of %s gives rows of its type', async (type) => {
    const data = normals(ROWS * 64, 3);
    const { target, manifest } = await quantized(
      await tableFolder(64, data, type),
      whole('rtn', { bits: 8 }),
    );
    expect(await operators(target)).toEqual([
      'Reshape',
      'GatherBlockQuantized',
      ...(type === 'bfloat16' ? ['Cast'] : []),
      'Cast',
    ]);
    expect(manifest.notes).toHaveLength(type === 'bfloat16' ? 1 : 0);
    const { states } = await runModel(target, ids);
    const expected = INDICES.flatMap((row) => [...data.subarray(row * 64, (row + 1) * 64)]);
    expect(relativeDistance(states!, expected)).toBeLessThan(0.01);
  });

  test.each([
    ['nf4', { granularity: { group: 64 } }, { bits: 4, blockSize: 64, scalePer: 'block' }],
    ['dynamic-int8', {}, { bits: 8, scalePer: 'channel' }],
  ])('%s stores a table as rtn does, and says so', async (method, rest, storage) => {
    const source = await tableFolder(64, normals(ROWS * 64, 3));
    const { manifest } = await quantized(source, whole(method, rest));
    expect(manifest.quantized).toMatchObject([{ storage: { layout: 'matmul-nbits', ...storage } }]);
    expect(manifest.notes).toEqual([
      `"embed_tokens.weight" is packed as rtn packs weights, since its rows are looked up: ${method} has no way of its own for that.`,
    ]);
  });
});

describe('an embedding of its own', () => {
  const weights = tinyWeights({ tied: false });
  const model = () => optimumLlama({ weights, opset: 18, form: 'folded' });

  test('is left alone unless asked for, by pattern too', async () => {
    const source = await exportFolder(model());
    const name = 'model.embed_tokens.weight';
    const plain = await quantized(source, recipeOf({ method: 'rtn' }));
    expect(reasons(plain.manifest)[name]).toBe('the embedding, which the recipe leaves alone');
    const excluded = await quantized(source, whole('rtn', { exclude: ['*.embed_tokens'] }));
    expect(reasons(excluded.manifest)[name]).toBe('excluded by "*.embed_tokens"');
    expect(excluded.manifest.exclude).toEqual([{ pattern: '*.embed_tokens', weights: 1 }]);
  });

  test('is packed beside the layers, and the model computes what the packed weights stand for', async () => {
    const source = await exportFolder(model(), ['model.onnx_data']);
    const recipe = whole('rtn', { granularity: { group: 32 }, options: { accuracyLevel: 0 } });
    const { target, manifest } = await quantized(source, recipe);
    expect(manifest.quantized[0]).toMatchObject({
      name: 'model.embed_tokens.weight',
      nodes: ['/model/embed_tokens/Gather'],
    });
    expect(manifest.quantized).toHaveLength(16);
    const plain = await logitsOf(await dequantizedFolder(source, target, manifest));
    expect(relativeDistance(await logitsOf(target), plain)).toBeLessThan(1e-5);
  });

  test('tables of positions and token types are no embeddings', async () => {
    const { manifest } = await quantized(
      await exportFolder(bert()),
      whole('rtn', { granularity: { group: 16 } }),
    );
    expect(manifest.quantized[0]).toMatchObject({ name: 'embeddings.word_embeddings.weight' });
    expect(reasons(manifest)).toMatchObject({
      'embeddings.token_type_embeddings.weight':
        'input 0 of Gather "/embeddings/token_type_embeddings/Gather", which is no linear layer',
      'embeddings.position_embeddings.weight':
        'input 0 of Gather "/embeddings/position_embeddings/Gather", which is no linear layer',
    });
  });
});

describe('an embedding that is tied to the head', () => {
  const weights = tinyWeights({ tied: true });
  const EMBEDDING = 'model.embed_tokens.weight';
  const TIED = [
    {
      name: 'through Transpose',
      model: () => optimumLlama({ weights, opset: 18, form: 'folded' }),
      copies: 0,
    },
    { name: 'as a second copy', model: () => genaiLlama({ weights, type: 'float32' }), copies: 1 },
  ];

  test.each(TIED)('$name: both read one packed tensor', async ({ model, copies }) => {
    const source = await exportFolder(model(), ['model.onnx_data']);
    const recipe = whole('rtn', { granularity: { group: 32 }, options: { accuracyLevel: 0 } });
    const { target, manifest } = await quantized(source, recipe);
    const entry = manifest.quantized.find(({ name }) => name === EMBEDDING)!;
    expect(entry.nodes).toEqual(['/model/embed_tokens/Gather', '/lm_head/MatMul']);
    expect(manifest.notes).toEqual(
      copies === 0
        ? []
        : ['"lm_head.MatMul.weight" was a copy of the embedding; the output head reads the embedding now.'],
    );
    expect(manifest.kept.map(({ name }) => name)).not.toContain(EMBEDDING);
    expect(manifest.kept.map(({ name }) => name)).not.toContain('lm_head.MatMul.weight');

    const { initializer } = graphOf(await readModel(join(target, 'model.onnx')));
    const codes = initializer.filter(({ name }) => name.startsWith(`${EMBEDDING}.codes`));
    expect(codes.map(({ dims }) => dims)).toEqual([
      [BigInt(TINY.vocabulary), 2n, 16n],
      [BigInt(TINY.vocabulary), 32n],
    ]);
    expect(codes[0]!.externalData).toEqual(codes[1]!.externalData);
    expect(initializer.filter(({ name }) => name.startsWith(`${EMBEDDING}.scales`))).toHaveLength(1);
    expect(entry.bytesAfter).toBe((TINY.vocabulary * TINY.hidden * 5) / 8);

    const plain = await dequantizedFolder(source, target, manifest);
    if (copies === 0)
      expect(relativeDistance(await logitsOf(target), await logitsOf(plain))).toBeLessThan(1e-5);
    const { target: again } = await quantized(await exportFolder(TIED[0]!.model()), recipe);
    expect(relativeDistance(await logitsOf(target), await logitsOf(again))).toBeLessThan(1e-5);
  });

  test.each(['fp16', 'bf16'])('%s stores both as one table of 16 bits', async (method) => {
    const source = await exportFolder(optimumLlama({ weights, opset: 18, form: 'folded' }));
    const { target, manifest } = await quantized(source, whole(method));
    const entry = manifest.quantized.find(({ name }) => name === EMBEDDING)!;
    expect(entry).toMatchObject({ storage: { layout: 'matmul-half' }, parts: [`${EMBEDDING}.values`] });
    expect(manifest.notes).toEqual([]);
    const plain = await logitsOf(await dequantizedFolder(source, target, manifest));
    expect(relativeDistance(await logitsOf(target), plain)).toBeLessThan(1e-5);
  });

  test('no more bytes are written than for the head alone', async () => {
    const [k, n] = [256, 500];
    const source = await temporaryFolder();
    const g = new GraphBuilder();
    const table = g.initializer('table', 'float32', [n, k], normals(n * k, 1));
    const states = g.node('Gather', [table, g.input('input_ids', 'int64', ['s'])]);
    g.node('FusedMatMul', [states, table], {
      domain: 'com.microsoft',
      attributes: { transB: 1 },
      outputs: [g.output('logits', 'float32', ['s', n])],
    });
    await writeModel({ model: g.model(), file: join(source, 'model.onnx') });
    const { target, manifest } = await quantized(source, whole('rtn', { granularity: { group: 32 } }));
    const { length } = await readFile(join(target, 'model.onnx_data'));
    expect(length).toBe((n * k * 5) / 8);
    expect(manifest.totals.bytesAfter).toBe(length);
    expect(manifest.totals.bitsPerWeight).toBe(5);
  });

  test.each(['nf4', 'dynamic-int8', 'fp8'])('%s packs it so that both can read it', async (method) => {
    const source = await exportFolder(optimumLlama({ weights, opset: 18, form: 'folded' }));
    const { target, manifest } = await quantized(source, whole(method));
    const entry = manifest.quantized.find(({ name }) => name === EMBEDDING)!;
    expect(entry).toMatchObject({
      storage: { layout: 'matmul-nbits' },
      nodes: ['/model/embed_tokens/Gather', '/lm_head/MatMul'],
    });
    const plain = await logitsOf(await dequantizedFolder(source, target, manifest));
    expect(relativeDistance(await logitsOf(target), plain)).toBeLessThan(0.1);
  });

  test('a method that calibrates rounds it first, so that the layers make up for its error', async () => {
    const source = await exportFolder(optimumLlama({ weights, opset: 18, form: 'folded' }));
    const sequences = Array.from({ length: 12 }, (_, i) =>
      Array.from({ length: 16 }, (_, j) => (i * 7 + j * j * 3 + i * j) % TINY.vocabulary),
    );
    const distances: number[] = [];
    for (const method of ['gptq', 'rtn']) {
      const target = await temporaryFolder();
      const recipe = whole(method, { granularity: { group: 64 }, options: { accuracyLevel: 0 } });
      const { quantized: entries } = await quantizeFolder({
        source,
        target,
        recipe,
        calibration: { sequences },
      });
      expect(entries[0]).toMatchObject({ name: EMBEDDING, role: 'lm_head' });
      distances.push(relativeDistance(await logitsOf(target), await logitsOf(source)));
    }
    expect(distances[0]).toBeLessThan(0.9 * distances[1]!);
  });

  test('a head that stays keeps the embedding as it is', async () => {
    const source = await exportFolder(optimumLlama({ weights, opset: 18, form: 'folded' }));
    const { manifest } = await quantized(source, whole('rtn', { options: { head: false } }));
    expect(reasons(manifest)[EMBEDDING]).toBe(
      'the output head (the embedding is tied to it), which the recipe leaves alone',
    );
  });

  test('a copy that differs in one weight is packed by itself', async () => {
    const untied = new Map(weights);
    const { dims, data } = weights.get(EMBEDDING)!;
    untied.set('lm_head.weight', {
      dims,
      data: data.map((value, i) => (i === data.length - 1 ? value + 1 : value)),
    });
    const { manifest } = await quantized(
      await exportFolder(genaiLlama({ weights: untied, type: 'float32' })),
      whole('rtn'),
    );
    expect(manifest.notes).toEqual([]);
    expect(manifest.quantized.map(({ name }) => name)).toEqual(
      expect.arrayContaining([EMBEDDING, 'lm_head.MatMul.weight']),
    );
  });
});
