import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  FLOAT8_MAX,
  FLOAT8_VALUES,
  float8Code,
  GraphBuilder,
  ONNX_TYPES,
  readModel,
  writeModel,
} from '@quantloop/onnx';
import { quantizeFolder } from '@quantloop/quantize';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { dequantizedFolder } from '../support/dequantized-folder.ts';
import { linearsFolder, temporaryFolder } from '../support/model-folder.ts';
import { optimizedOperators } from '../support/optimized-operators.ts';
import { normals } from '../support/random.ts';
import { recipeOf } from '../support/recipe.ts';
import { relativeDistance, runModel } from '../support/run-model.ts';
import { statisticsOfRows } from '../support/statistics-of-rows.ts';

const layer = (weight: Float32Array<ArrayBuffer>) =>
  linearsFolder([{ name: 'a', k: 300, n: weight.length / 300, weight }]);

const quantized = async (source: string, recipe: Parameters<typeof recipeOf>[0]) => {
  const target = await temporaryFolder();
  return { target, manifest: await quantizeFolder({ source, target, recipe: recipeOf(recipe) }) };
};

describe.each(['fp16', 'bf16'])('%s', (method) => {
  test('is half the size', async () => {
    const source = await layer(normals(300 * 512, 1));
    const { target, manifest } = await quantized(source, { method });
    expect(manifest.totals.bitsPerWeight).toBe(16);
    const bytes = async (folder: string) => (await stat(join(folder, 'model.onnx_data'))).size;
    expect(await bytes(target)).toBe(300 * 512 * 2);
    expect(await bytes(source)).toBe(300 * 512 * 4);
  });

  test('is one product of float32 once loaded', async () => {
    const { target } = await quantized(await layer(normals(3000, 1)), { method });
    expect(await optimizedOperators(target)).toEqual(['MatMul']);
  });
});

test('a weight beyond half precision is refused with its name and place, and fits bf16', async () => {
  const weight = normals(3000, 1);
  weight[20 * 10 + 7] = -65520;
  const source = await layer(weight);
  await expect(quantized(source, { method: 'fp16' })).rejects.toMatchObject({
    code: 'unsupported',
    message: 'Weight "a.weight" holds -65520 at input 20, output 7: beyond ±65504, the largest float16.',
  });
  expect((await quantized(source, { method: 'bf16' })).manifest.quantized).toHaveLength(1);
  weight[20 * 10 + 7] = -65519;
  expect((await quantized(await layer(weight), { method: 'fp16' })).manifest.quantized).toHaveLength(1);
});

describe('fp8', () => {
  test.each(['channel' as const, 'tensor' as const, { group: 128 }])(
    'weights with one scale per %o are one product of float32 once loaded',
    async (granularity) => {
      const { target } = await quantized(await layer(normals(3000, 1)), { method: 'fp8', granularity });
      expect(await optimizedOperators(target)).toEqual(['MatMul']);
    },
  );

  test('layers that read the same value round it once', async () => {
    const source = await temporaryFolder();
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', ['m', 32]);
    for (const name of ['q', 'k', 'v']) {
      const weight = g.initializer(`${name}.weight`, 'float32', [32, 16], normals(512, name.charCodeAt(0)));
      g.node('MatMul', [x, weight], { outputs: [g.output(name, 'float32', ['m', 16])] });
    }
    await writeModel({ model: g.model(), file: join(source, 'model.onnx') });
    const { target } = await quantized(source, { method: 'fp8', options: { activations: 'token' } });
    const operators = await optimizedOperators(target);
    const count = (op: string) => operators.filter((other) => other === op).length;
    expect([count('QuantizeLinear'), count('DequantizeLinear'), count('MatMul')]).toEqual([1, 1, 3]);
  });

  test.each(['e4m3', 'e5m2'] as const)(
    'static activations of %s are rounded with the largest magnitude seen, and beyond it clipped',
    async (format) => {
      const type = format === 'e4m3' ? 'float8e4m3fn' : 'float8e5m2';
      const [k, n] = [48, 12];
      const source = await linearsFolder([{ name: 'input_ids', k, n, weight: normals(k * n, 2) }]);
      const seen = normals(64 * k, 3);
      const target = await temporaryFolder();
      const recipe = recipeOf({ method: 'fp8', options: { format, activations: 'static' } });
      const job = { source, target, recipe, calibration: { sequences: [[1]] } };
      await expect(quantizeFolder(job)).rejects.toThrow('fp8 needs statistics of the unquantized model.');
      const manifest = await quantizeFolder({
        ...job,
        statistics: await statisticsOfRows('input_ids', k, seen),
      });
      const scale = Math.fround(Math.max(...seen.map(Math.abs)) / FLOAT8_MAX[type]);
      expect(manifest.quantized[0]!.storage).toMatchObject({ activations: { scale } });

      const x = normals(5 * k, 5).map((value, i) => (i % 50 === 7 ? 100 * value : value));
      const rounded = x.map((value) => FLOAT8_VALUES[type][float8Code(value / scale, type)]! * scale);
      expect(Math.max(...rounded)).toBeCloseTo(scale * FLOAT8_MAX[type], 5);
      const run = async (folder: string, data: Float32Array) =>
        (await runModel(folder, { input_ids: { data, dims: [5, k] } }))['input_ids.out']!;
      const expected = await run(await dequantizedFolder(source, target, manifest), rounded);
      expect(relativeDistance(await run(target, x), expected)).toBeLessThan(1e-5);
    },
  );

  test.each([
    [17, /its format came with opset 19, and the model is of opset 17/],
    [18, undefined],
    [22, undefined],
  ])('in a model of opset %d', async (opset, refusal) => {
    const source = await layer(normals(3000, 1));
    const file = join(source, 'model.onnx');
    const model = await readModel(file);
    model.opsetImport[0]!.version = BigInt(opset);
    model.irVersion = 8n;
    await writeModel({ model, file });
    const result = quantized(source, { method: 'fp8', options: { activations: 'token' } });
    if (refusal !== undefined) return expect(result).rejects.toThrow(refusal);
    const { target } = await result;
    const written = await readModel(join(target, 'model.onnx'));
    expect(written.opsetImport[0]!.version).toBe(BigInt(Math.max(opset, 19)));
    expect(written.irVersion).toBe(9n);
    expect(await optimizedOperators(target)).toContain('MatMul');
    return undefined;
  });
});

describe.each(['float8e4m3fn', 'float8e5m2'] as const)('%s is what ONNX Runtime has of it', (type) => {
  const numbers = FLOAT8_VALUES[type];
  const run = async (g: GraphBuilder, feeds: Record<string, Tensor> = {}) => {
    const session = await InferenceSession.create(g.bytes(), { intraOpNumThreads: 1 });
    const { y } = await session.run(feeds);
    await session.release();
    return y!.data;
  };

  test('the number of each code', async () => {
    const g = new GraphBuilder();
    const all = Uint8Array.from({ length: 256 }, (_, code) => code);
    const codes = g.initializer('codes', type, [256], all);
    g.node('Cast', [codes], { attributes: { to: 1 }, outputs: [g.output('y', 'float32', [256])] });
    expect(await run(g)).toEqual(numbers);
  });

  test('the code of a number', async () => {
    const g = new GraphBuilder();
    const x = g.input('x', 'float32', ['n']);
    const cast = g.node('Cast', [x], { attributes: { to: ONNX_TYPES[type].code } });
    g.node('Cast', [cast], { attributes: { to: 1 }, outputs: [g.output('y', 'float32', ['n'])] });
    const data = Float32Array.from({ length: 4000 }, (_, i) => (i - 2000) * 1.37 ** ((i % 40) - 20));
    const expected = data.map((value) => numbers[float8Code(value, type)]!);
    expect(await run(g, { x: new Tensor('float32', data, [4000]) })).toEqual(expected);
  });
});
