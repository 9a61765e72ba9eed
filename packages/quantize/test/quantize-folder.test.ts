import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { QuantloopError, Recipe } from '@quantloop/core';
import {
  type Attributes,
  ExternalDataWriter,
  float,
  float16ToFloat32,
  float32ToFloat16,
  GraphBuilder,
  graphOf,
  makeTensor,
  type OnnxType,
  readModel,
  TensorReader,
  transpose,
  writeModel,
} from '@quantloop/onnx';
import { METHODS, quantizeFolder, type QuantizationManifest } from '@quantloop/quantize';
import { describe, expect, test } from 'vitest';
import { linearsFolder, temporaryFolder, type TestLinear } from './support/model-folder.ts';
import { normals } from './support/random.ts';
import { recipeOf } from './support/recipe.ts';
import { matMul, relativeDistance, runModel } from './support/run-model.ts';

const layer = (name: string, k = 64, n = 16): TestLinear => ({
  name,
  k,
  n,
  weight: normals(k * n, name.length),
});

const quantized = async (source: string, recipe: Recipe = recipeOf({ method: 'rtn' })) => {
  const target = await temporaryFolder();
  return { target, manifest: await quantizeFolder({ source, target, recipe }) };
};

const failure = (promise: Promise<unknown>): Promise<QuantloopError> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error: QuantloopError) => error,
  );

const reasons = ({ kept }: QuantizationManifest): Record<string, string> =>
  Object.fromEntries(kept.map(({ name, reason }) => [name, reason]));

const operators = async (folder: string): Promise<string[]> =>
  graphOf(await readModel(join(folder, 'model.onnx'))).node.map(({ opType }) => opType);

const bytesOf = async (folder: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(
      (await readdir(folder))
        .sort()
        .map(async (name) => [name, await readFile(join(folder, name), 'base64')]),
    ),
  );

describe('which weights are quantized', () => {
  const names = ['model.layers.0.q_proj', 'model.layers.0.down_proj', 'model.layers.11.q_proj'];

  test.each([
    { exclude: ['*down_proj*'], left: [1] },
    { exclude: ['model.layers.0.*'], left: [0, 1] },
    { exclude: ['model.layers.{0,11}.q_proj.weight'], left: [0, 2] },
    { exclude: ['/*q_proj/MatMul'], left: [0, 2] },
    { exclude: ['*nothing*'], left: [] },
  ])('patterns match names of weights and of nodes: $exclude', async ({ exclude, left }) => {
    const source = await linearsFolder(names.map((name) => layer(name)));
    const { manifest } = await quantized(source, recipeOf({ method: 'rtn', exclude }));
    const kept = left.map((index) => `${names[index]}.weight`);
    expect(reasons(manifest)).toEqual(
      Object.fromEntries(kept.map((name) => [name, `excluded by "${exclude[0]}"`])),
    );
    expect(manifest.exclude).toEqual([{ pattern: exclude[0], weights: left.length }]);
    expect(manifest.quantized.map(({ name }) => name)).toEqual(
      names.map((name) => `${name}.weight`).filter((name) => !kept.includes(name)),
    );
  });

  /** Embedding → up → head, the head tied to the embedding; a norm-like scale and a rotary table beside it. */
  const decoder = async (): Promise<string> => {
    const folder = await temporaryFolder();
    const g = new GraphBuilder();
    await using writer = await ExternalDataWriter.open({ folder });
    const embedding = g.addInitializer(
      await writer.append({
        name: 'embed_tokens.weight',
        type: 'float32',
        dims: [48, 32],
        data: normals(48 * 32, 1),
      }),
    );
    const up = g.addInitializer(
      await writer.append({
        name: 'up_proj.weight',
        type: 'float32',
        dims: [32, 32],
        data: normals(1024, 2),
      }),
    );
    const scale = g.initializer('norm.weight', 'float32', [32], normals(32, 3));
    const ids = g.input('input_ids', 'int64', ['s']);
    const hidden = g.node(
      'Mul',
      [g.node('Gather', [embedding, ids], { name: '/embed_tokens/Gather' }), scale],
      {
        name: '/norm/Mul',
      },
    );
    const raised = g.node('MatMul', [hidden, up], { name: '/up_proj/MatMul' });
    g.node('FusedMatMul', [raised, embedding], {
      name: '/lm_head/MatMul',
      domain: 'com.microsoft',
      attributes: { transB: 1 },
      outputs: [g.output('logits', 'float32', ['s', 48])],
    });
    await writer.commit();
    await writeModel({ model: g.model(), file: join(folder, 'model.onnx') });
    return folder;
  };

  test('the head is left alone unless asked for', async () => {
    const { target, manifest } = await quantized(
      await decoder(),
      recipeOf({ method: 'rtn', options: { head: false } }),
    );
    expect(reasons(manifest)).toEqual({
      'embed_tokens.weight': 'the output head, which the recipe leaves alone',
      'norm.weight': 'input 1 of Mul "/norm/Mul", which is no linear layer',
    });
    expect(await operators(target)).toEqual(['Gather', 'Mul', 'MatMulNBits', 'FusedMatMul']);
  });

  test('a head tied to the embedding is packed, and the embedding stays for the lookup', async () => {
    const { target, manifest } = await quantized(await decoder());
    expect(reasons(manifest)['embed_tokens.weight']).toBe(
      'packed for its linear layers, and still input 0 of Gather "/embed_tokens/Gather"',
    );
    expect(await operators(target)).toEqual(['Gather', 'Mul', 'MatMulNBits', 'MatMulNBits']);
    // 32 weights and one scale: (32 × 4 + 32) / 32 bits, of 48 · 32 + 32 · 32 weights; embedding and norm in full.
    const packed = ((48 + 32) * 32 * 5) / 8;
    expect(manifest.totals).toMatchObject({
      weights: 48 * 32 + 32 * 32 + 32,
      quantizedWeights: 48 * 32 + 32 * 32,
      bytesBefore: (48 * 32 + 32 * 32 + 32) * 4,
      bytesAfter: packed + (48 * 32 + 32) * 4,
      bitsPerQuantizedWeight: 5,
    });
    expect(manifest.totals.bitsPerWeight).toBeCloseTo(
      ((packed + (48 * 32 + 32) * 4) * 8) / (80 * 32 + 32),
      12,
    );
  });

  test('bits per weight are the true size of the file', async () => {
    const { target, manifest } = await quantized(
      await linearsFolder([layer('a', 4096, 64), layer('b', 4096, 64)]),
    );
    const { length } = await readFile(join(target, 'model.onnx_data'));
    expect((manifest.totals.bitsPerWeight * manifest.totals.weights) / 8).toBe(length);
    expect(manifest.totals.bitsPerWeight).toBe(5);
  });

  test.each([
    { k: 64, bits: 4, blockSize: 64 },
    { k: 172, bits: 4, blockSize: 64 },
    { k: 300, bits: 4, blockSize: 64 },
    { k: 4096, bits: 4, blockSize: 256 },
    { k: 5, bits: 8, blockSize: 16 },
    { k: 300, bits: 3, blockSize: 64 },
  ])('one scale for $k inputs is repeated over blocks of $blockSize', async ({ k, bits, blockSize }) => {
    const recipe = recipeOf({ method: 'rtn', bits, granularity: 'channel' });
    const { manifest, target } = await quantized(await linearsFolder([layer('a', k, 3)]), recipe);
    expect(manifest.quantized[0]!.storage).toMatchObject({ blockSize, scalePer: 'channel' });
    await using reader = await TensorReader.open(join(target, 'model.onnx'));
    const scales = await reader.readFloat32('a.weight.scales');
    const blocks = Math.ceil(k / blockSize);
    expect(scales).toHaveLength(3 * blocks);
    expect(scales.every((scale, i) => scale === scales[Math.floor(i / blocks) * blocks])).toBe(true);
  });
});

describe('other forms of a linear layer', () => {
  const [k, n, m] = [40, 12, 3];
  const weight = normals(k * n, 5);
  const bias = normals(n, 6);
  const x = normals(m * k, 7);
  const product = Float32Array.from(matMul(x, weight, k, n));

  const store = (g: GraphBuilder, type: OnnxType, transposed: boolean) =>
    g.initializer('w', type, transposed ? [n, k] : [k, n], [
      ...(transposed ? transpose(weight, k, n) : weight),
    ]);
  const through = (g: GraphBuilder, op: string, value: string, attributes: Attributes = {}) =>
    g.node(op, [value], { attributes });
  const product16 = (g: GraphBuilder, to: number, x: string, w: string) =>
    through(g, 'Cast', g.node('MatMul', [through(g, 'Cast', x, { to }), w], { name: '/fc/MatMul' }), {
      to: 1,
    });

  const FORMS: {
    form: string;
    build: (g: GraphBuilder, input: string) => string;
    biased?: true;
    left: string[];
  }[] = [
    {
      form: 'Gemm with bias',
      build: (g, input) =>
        g.node('Gemm', [input, store(g, 'float32', false), g.initializer('b', 'float32', [n], bias)], {
          name: '/fc/Gemm',
        }),
      biased: true,
      left: ['MatMulNBits', 'Add'],
    },
    {
      form: 'Gemm with a transposed weight',
      build: (g, input) =>
        g.node('Gemm', [input, store(g, 'float32', true)], { name: '/fc/Gemm', attributes: { transB: 1 } }),
      left: ['MatMulNBits'],
    },
    {
      form: 'Gemm that transposes a transposed weight back',
      build: (g, input) =>
        g.node('Gemm', [input, through(g, 'Transpose', store(g, 'float32', false))], {
          attributes: { transB: 1 },
        }),
      left: ['MatMulNBits'],
    },
    {
      form: 'MatMul on a transposed weight',
      build: (g, input) =>
        g.node('MatMul', [input, through(g, 'Transpose', store(g, 'float32', true), { perm: [1, 0] })]),
      left: ['MatMulNBits'],
    },
    {
      form: 'FusedMatMul',
      build: (g, input) =>
        g.node('FusedMatMul', [input, store(g, 'float32', true)], {
          domain: 'com.microsoft',
          attributes: { transB: 1 },
        }),
      left: ['MatMulNBits'],
    },
    {
      form: 'MatMul on a constant of a node',
      build: (g, input) => {
        const value = makeTensor({ name: 'value', type: 'float32', dims: [k, n], data: weight });
        return g.node('MatMul', [input, g.node('Constant', [], { outputs: ['w'], attributes: { value } })]);
      },
      left: ['MatMulNBits'],
    },
    {
      form: 'MatMul on a weight handed on twice',
      build: (g, input) => {
        const copy = g.node('Identity', [g.node('Identity', [store(g, 'float32', false)])]);
        return g.node('MatMul', [input, copy]);
      },
      left: ['MatMulNBits'],
    },
    ...(['float16', 'bfloat16'] as const).map((type) => ({
      form: `MatMul on a ${type} weight that is cast and then transposed`,
      build: (g: GraphBuilder, input: string) => {
        const cast = through(g, 'Cast', store(g, type, true), { to: 1 });
        return g.node('MatMul', [input, through(g, 'Transpose', cast)]);
      },
      left: ['MatMulNBits'],
    })),
    {
      form: 'a product in float16',
      build: (g, input) => product16(g, 10, input, store(g, 'float16', false)),
      left: ['Cast', 'MatMulNBits', 'Cast'],
    },
    {
      // ONNX Runtime has no such product on CPUs: unpacked, the model does not even load there.
      form: 'a product in bfloat16',
      build: (g, input) => product16(g, 16, input, store(g, 'bfloat16', false)),
      left: ['Cast', 'Cast', 'MatMulNBits', 'Cast', 'Cast'],
    },
  ];

  test.each(FORMS)('$form', async ({ build, biased, left }) => {
    const source = await temporaryFolder();
    const g = new GraphBuilder();
    const y = build(g, g.input('x', 'float32', [m, k]));
    g.node('Identity', [y], { outputs: [g.output('y', 'float32', [m, n])] });
    await writeModel({ model: g.model(), file: join(source, 'model.onnx') });
    const recipe = recipeOf({
      method: 'rtn',
      bits: 8,
      granularity: { group: 16 },
      options: { accuracyLevel: 0 },
    });
    const { target, manifest } = await quantized(source, recipe);
    expect(await operators(target)).toEqual([...left, 'Identity']);
    expect(manifest.quantized).toMatchObject([{ name: 'w', storage: { k, n } }]);
    const { y: found } = await runModel(target, { x: { data: x, dims: [m, k] } });
    const expected = biased === undefined ? product : product.map((value, i) => value + bias[i % n]!);
    expect(relativeDistance(found!, expected)).toBeLessThan(0.01);
  });

  const perTensor = { activations: 'tensor' };
  test.each([
    ['nf4', {}, 'float16', 'MatMulBnb4', 0.12],
    ['dynamic-int8', {}, 'float16', 'MatMulIntegerToFloat', 0.02],
    ['dynamic-int8', perTensor, 'float16', 'DynamicQuantizeMatMul', 0.02],
    ['nf4', {}, 'bfloat16', 'MatMulBnb4', 0.12],
    ['dynamic-int8', {}, 'bfloat16', 'MatMulIntegerToFloat', 0.02],
    ['dynamic-int8', perTensor, 'bfloat16', 'DynamicQuantizeMatMul', 0.02],
  ] as const)('%s %o: activations in %s are cast for %s', async (method, options, type, op, within) => {
    const source = await temporaryFolder();
    const g = new GraphBuilder();
    const y = product16(
      g,
      type === 'float16' ? 10 : 16,
      g.input('x', 'float32', [m, k]),
      store(g, type, false),
    );
    g.node('Identity', [y], { outputs: [g.output('y', 'float32', [m, n])] });
    await writeModel({ model: g.model(), file: join(source, 'model.onnx') });
    const { target, manifest } = await quantized(source, recipeOf({ method, options }));
    const rounding = ['Abs', 'Constant', 'ReduceMax', 'Max', 'Div', 'QuantizeLinear', 'Mul'];
    const found = (await operators(target)).filter((each) => !rounding.includes(each));
    expect(found).toEqual(['Cast', 'Cast', op, 'Cast', 'Cast', 'Identity']);
    expect(manifest.notes).toHaveLength(type === 'bfloat16' ? 1 : 0);
    const { y: run } = await runModel(target, { x: { data: x, dims: [m, k] } });
    expect(relativeDistance(run!, product)).toBeLessThan(within);
  });

  test('a weight read in both orientations is packed for each', async () => {
    const source = await temporaryFolder();
    const g = new GraphBuilder();
    const square = g.initializer('w', 'float32', [32, 32], normals(1024, 9));
    const first = g.node('MatMul', [g.input('x', 'float32', [m, 32]), square], { name: '/a/MatMul' });
    const turned = g.node('Transpose', [square]);
    g.node('MatMul', [first, turned], { name: '/b/MatMul', outputs: [g.output('y', 'float32', [m, 32])] });
    await writeModel({ model: g.model(), file: join(source, 'model.onnx') });
    const { target, manifest } = await quantized(source);
    expect(await operators(target)).toEqual(['MatMulNBits', 'MatMulNBits']);
    expect(manifest.quantized.map(({ name, parts }) => [name, parts[0]])).toEqual([
      ['w', 'w.codes'],
      ['w', 'w.codes_1'],
    ]);
    expect(manifest.kept).toEqual([]);
  });

  test('what is no linear layer stays as it is, with the reason', async () => {
    const source = await temporaryFolder();
    const g = new GraphBuilder();
    const matrix = (name: string, dims: number[] = [4, 4]) =>
      g.initializer(
        name,
        'float32',
        dims,
        normals(
          dims.reduce((a, b) => a * b, 1),
          1,
        ),
      );
    const z = g.input('z', 'float32', [4, 4]);
    const gemm = (name: string, attributes: Attributes, c: string[] = []) =>
      g.node('Gemm', [z, matrix(name), ...c], { name, attributes });
    g.node('MatMul', [z, matrix('fine')], { name: 'fine' });
    gemm('turned', { transA: 1 });
    gemm('scaled', { alpha: float(0.5) });
    gemm('biased', { beta: float(2) }, [matrix('offset', [4])]);
    g.node('FusedMatMul', [z, matrix('fused')], {
      name: 'fused',
      domain: 'com.microsoft',
      attributes: { alpha: float(3), transB: 1 },
    });
    g.node('MatMul', [z, matrix('stack', [2, 4, 4])], { name: 'stack' });
    g.node('MatMul', [matrix('left'), z], { name: 'left' });
    g.node('Conv', [g.input('image', 'float32', [1, 4, 4]), matrix('kernel', [4, 4, 1])], { name: 'conv' });
    const inner = new GraphBuilder();
    const own = inner.initializer('own', 'float32', [4, 4], normals(16, 2));
    inner.node('MatMul', [own, own], { name: 'deep', outputs: [inner.output('deep', 'float32', [4, 4])] });
    graphOf(inner.model()).node[0]!.input[1] = 'outer';
    matrix('outer');
    const branch = { then_branch: graphOf(inner.model()), else_branch: graphOf(inner.model()) };
    g.node('If', [g.input('flag', 'bool', [])], {
      name: 'if',
      outputs: [g.output('chosen', 'float32', [4, 4])],
      attributes: branch,
    });
    g.model().graph!.input.push({ ...g.model().graph!.input[0]!, name: matrix('open') });
    g.node('MatMul', [z, 'open'], { name: 'open' });
    await writeModel({ model: g.model(), file: join(source, 'model.onnx') });
    const { manifest } = await quantized(source);
    expect(manifest.quantized.map(({ name }) => name)).toEqual(['fine']);
    expect(reasons(manifest)).toEqual({
      turned: 'input 1 of Gemm "turned", whose activations are transposed',
      scaled: 'input 1 of Gemm "scaled", which scales its product by 0.5',
      biased: 'input 1 of Gemm "biased", which scales its bias by 2',
      offset: 'input 2 of Gemm "biased", which is no linear layer',
      fused: 'input 1 of FusedMatMul "fused", which scales its product by 3',
      stack: 'input 1 of MatMul "stack", which has 3 dimensions and not 2',
      left: 'input 0 of MatMul "left", where a linear layer has its activations',
      kernel: 'input 1 of Conv "conv", which is no linear layer',
      own: 'input 0 of MatMul "deep", inside a subgraph of If "if"',
      outer: 'input 1 of MatMul "deep", inside a subgraph of If "if"',
      open: 'an output of the model, or also an input of it that may replace the weight',
    });
  });

  test('float16 weights keep float16 scales, whose rounding the codes take into account', async () => {
    const [rows, columns] = [64, 8];
    const half = float32ToFloat16(normals(rows * columns, 4));
    const source = await linearsFolder([{ name: 'a', k: rows, n: columns, weight: half, type: 'float16' }]);
    const { target, manifest } = await quantized(
      source,
      recipeOf({ method: 'rtn', granularity: { group: 32 } }),
    );
    await using reader = await TensorReader.open(join(target, 'model.onnx'));
    expect(reader.info('a.weight.scales')).toMatchObject({ type: 'float16', dims: [columns, 2] });
    const codes = await reader.read('a.weight.codes');
    const scales = await reader.readFloat32('a.weight.scales');
    const weights = float16ToFloat32(half);
    const read = weights.map((_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      const byte = codes[column * 32 + (row >> 1)]!;
      return (((row % 2 === 0 ? byte : byte >> 4) & 15) - 8) * scales[column * 2 + (row >> 5)]!;
    });
    expect(relativeDistance(read, weights)).toBeCloseTo(manifest.totals.error.relative, 6);
    expect(manifest.totals.error.relative).toBeLessThan(0.12);
  });
});

describe('what is refused', () => {
  test.each([
    { recipe: { method: 'gptk' }, says: /unknown method "gptk"/ },
    { recipe: { method: 'rtn', bits: 5 }, says: /rtn cannot have bits 5/ },
    { recipe: { method: 'rtn', granularity: { group: 48 } }, says: /group 48/ },
    {
      recipe: { method: 'nf4', granularity: 'channel' as const },
      says: /nf4 cannot have granularity channel/,
    },
    { recipe: { method: 'dynamic-int8', symmetric: false }, says: /symmetric false/ },
    { recipe: { method: 'rtn', options: { accuracyLevel: 3 } }, says: /rtn: / },
    { recipe: { method: 'rtn', exclude: [''] }, says: /pattern in "exclude" is empty/ },
  ])('recipe $recipe', async ({ recipe, says }) => {
    const whole = { ...recipeOf({ method: recipe.method in METHODS ? recipe.method : 'rtn' }), ...recipe };
    const error = await failure(quantized(await linearsFolder([layer('a')]), whole));
    expect(error).toMatchObject({ code: 'invalid-spec', message: expect.stringMatching(says) });
  });

  test('a recipe that would quantize nothing, with the reasons', async () => {
    const source = await linearsFolder([layer('a'), layer('b')]);
    const error = await failure(quantized(source, recipeOf({ method: 'rtn', exclude: ['a*', 'b*'] })));
    expect(error.code).toBe('unsupported');
    expect(error.message).toBe(
      'The recipe would quantize nothing. "a.weight": excluded by "a*"; "b.weight": excluded by "b*".',
    );
  });

  test('a type that no operator multiplies, with the reason', async () => {
    const weight = Float64Array.from(normals(64 * 16, 1));
    const source = await linearsFolder([{ ...layer('a'), weight, type: 'float64' }]);
    const error = await failure(quantized(source, recipeOf({ method: 'nf4' })));
    expect(error.message).toMatch(/"a.weight": it computes in float64, which no operator/);
  });

  test('a model that is quantized already', async () => {
    const { target } = await quantized(await linearsFolder([layer('a')]));
    const error = await failure(quantized(target));
    expect(error).toMatchObject({
      code: 'unsupported',
      message: 'The model is quantized already: node "/a/MatMul" is MatMulNBits.',
    });
  });

  test.each([
    ['rtn', Number.NaN, {}],
    ['hqq', Number.NaN, {}],
    ['nf4', Number.POSITIVE_INFINITY, {}],
    ['fp4', Number.NaN, { doubleQuant: true }],
    ['dynamic-int8', Number.NEGATIVE_INFINITY, {}],
    ['fp16', Number.POSITIVE_INFINITY, {}],
    ['bf16', Number.NaN, {}],
    ['fp8', Number.NaN, {}],
  ])('%s: a weight of %d, by name and place', async (method, value, options) => {
    const bad = layer('b');
    (bad.weight as Float32Array)[21 * bad.n + 5] = value;
    const source = await linearsFolder([layer('a'), bad]);
    const error = await failure(quantized(source, recipeOf({ method, options })));
    expect(error.code).toBe('non-finite');
    expect(error.message).toBe(`Weight "b.weight" holds ${value} at input 21, output 5.`);
  });

  test('writing over the source', async () => {
    const source = await linearsFolder([layer('a')]);
    const error = await failure(
      quantizeFolder({ source, target: join(source, '.'), recipe: recipeOf({ method: 'rtn' }) }),
    );
    expect(error.code).toBe('invalid-spec');
  });
});

describe('the new folder', () => {
  test('takes configuration and tokenizer over, and is the same every time', async () => {
    const source = await linearsFolder([layer('a', 256, 32), layer('b', 256, 32)]);
    await writeFile(join(source, 'tokenizer.json'), '{}');
    await mkdir(join(source, 'templates'));
    await writeFile(join(source, 'templates', 'chat.jinja'), 'x');
    const [one, two] = [await quantized(source), await quantized(source)];
    expect((await readdir(one.target)).sort()).toEqual([
      'config.json',
      'model.onnx',
      'model.onnx_data',
      'quantization.json',
      'templates',
      'tokenizer.json',
    ]);
    for (const name of ['model.onnx', 'model.onnx_data', 'quantization.json', 'templates/chat.jinja']) {
      const [first, second] = await Promise.all([one, two].map(({ target }) => readFile(join(target, name))));
      expect(first!.equals(second!), name).toBe(true);
    }
    expect(JSON.parse(await readFile(join(one.target, 'quantization.json'), 'utf8'))).toEqual(one.manifest);
  });

  test('holds one data file, whatever the source called its own', async () => {
    const source = await linearsFolder([layer('a', 256, 32)]);
    const file = join(source, 'model.onnx');
    const model = await readModel(file);
    await rename(join(source, 'model.onnx_data'), join(source, 'weights.bin'));
    graphOf(model).initializer[0]!.externalData[0]!.value = 'weights.bin';
    await writeModel({ model, file });
    const { target } = await quantized(source);
    expect((await readdir(target)).sort()).toEqual([
      'config.json',
      'model.onnx',
      'model.onnx_data',
      'quantization.json',
    ]);
  });

  test('holds no model after a cancellation', async () => {
    const source = await linearsFolder([layer('a'), layer('b'), layer('c')]);
    const before = await bytesOf(source);
    const target = await temporaryFolder();
    const stop = new AbortController();
    const seen: string[] = [];
    const promise = quantizeFolder({
      source,
      target,
      recipe: recipeOf({ method: 'rtn' }),
      signal: stop.signal,
      onProgress: ({ done, total, note }) => {
        seen.push(`${done}/${total} ${note}`);
        if (done === 1) stop.abort(new Error('enough'));
      },
    });
    await expect(promise).rejects.toThrow('enough');
    expect(seen).toEqual(['0/3 a.weight', '1/3 b.weight']);
    expect(await readdir(target)).toEqual([]);
    expect(await bytesOf(source)).toEqual(before);
  });
});

test.each(['', 'quantized', 'deep/er'])('is refused a target in its source: "%s"', async (below) => {
  const source = await linearsFolder([{ name: 'a', k: 32, n: 4, weight: normals(128, 1) }]);
  const before = await readdir(source);
  const target = join(source, below);
  const run = quantizeFolder({ source, target, recipe: recipeOf({ method: 'rtn' }) });
  await expect(run).rejects.toMatchObject({
    code: 'invalid-spec',
    message: expect.stringMatching(below === '' ? /cannot replace its source/ : /inside its source/),
    hint: expect.stringContaining('beside the source'),
  });
  expect(await readdir(source)).toEqual(before);
});

test('may be written beside its source, to a name that begins with the source’s', async () => {
  const source = await linearsFolder([{ name: 'a', k: 32, n: 4, weight: normals(128, 1) }]);
  const target = join(await temporaryFolder(), '..', `${basename(source)}-4bit`);
  const manifest = await quantizeFolder({ source, target, recipe: recipeOf({ method: 'rtn' }) });
  expect(manifest.quantized).toHaveLength(1);
  await rm(target, { recursive: true });
});
