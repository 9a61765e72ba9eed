import { join } from 'node:path';
import { ExternalDataWriter, GraphBuilder, graphOf, readModel, writeModel } from '@quantloop/onnx';
import { quantizeFolder } from '@quantloop/quantize';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/model-folder.ts';
import { normals } from '../support/random.ts';
import { recipeOf } from '../support/recipe.ts';
import { referenceInt8, referenceTokens } from '../support/reference.ts';
import { matMul, relativeDistance, runModel } from '../support/run-model.ts';

const [K, N] = [48, 20];
const WEIGHTS = Object.fromEntries(['q', 'k', 'v'].map((name, i) => [name, normals(K * N, i + 1)]));

/** q, k and v read one input, [batch, sequence, K], as a decoder's do. */
async function attentionFolder(opset: number): Promise<string> {
  const folder = await temporaryFolder();
  const g = new GraphBuilder({ opset });
  await using writer = await ExternalDataWriter.open({ folder });
  const x = g.input('x', 'float32', ['batch', 'sequence', K]);
  for (const [name, data] of Object.entries(WEIGHTS)) {
    const weight = await writer.append({ name: `${name}.weight`, type: 'float32', dims: [K, N], data });
    const outputs = [g.output(`${name}.out`, 'float32', ['batch', 'sequence', N])];
    g.node('MatMul', [x, g.addInitializer(weight)], { name: `/${name}/MatMul`, outputs });
  }
  await writer.commit();
  await writeModel({ model: g.model(), file: join(folder, 'model.onnx') });
  return folder;
}

async function quantized(opset = 21): Promise<string> {
  const target = await temporaryFolder();
  const recipe = recipeOf({ method: 'dynamic-int8' });
  await quantizeFolder({ source: await attentionFolder(opset), target, recipe });
  return target;
}

const run = (folder: string, data: Float32Array, batch: number) =>
  runModel(folder, { x: { data, dims: [batch, data.length / K / batch, K] } });

describe('activations rounded per token', () => {
  test.each([13, 17, 18, 21])('are so by operators that a model of opset %i may have', async (opset) => {
    const data = normals(6 * K, 9);
    const outputs = await run(await quantized(opset), data, 2);
    for (const [name, weight] of Object.entries(WEIGHTS)) {
      const { dequantized } = referenceInt8(weight, { k: K, n: N, bits: 8, tensor: false });
      const expected = matMul(referenceTokens(data, K), dequantized, K, N);
      expect(relativeDistance(outputs[`${name}.out`]!, expected)).toBeLessThan(1e-5);
    }
  });

  test('are rounded once for the layers that read them', async () => {
    const { node } = graphOf(await readModel(join(await quantized(), 'model.onnx')));
    const count = (op: string) => node.filter(({ opType }) => opType === op).length;
    expect([count('QuantizeLinear'), count('MatMulIntegerToFloat')]).toEqual([1, 3]);
  });

  test('give a text the same result bit by bit, whatever is beside it', async () => {
    const folder = await quantized();
    const alone = normals(3 * K, 4);
    const beside = normals(3 * K, 5).map((value) => 1000 * value);
    const single = await run(folder, alone, 1);
    const both = await run(folder, Float32Array.of(...beside, ...alone), 2);
    for (const name of Object.keys(single)) expect(both[name]!.slice(3 * N)).toEqual(single[name]);
  });

  test('of zeros stay zeros, and tiny, huge, constant or positive ones keep their precision', async () => {
    const rows: Record<string, Float32Array> = {
      zeros: new Float32Array(K),
      tiny: normals(K, 6).map((value) => 1e-20 * value),
      huge: normals(K, 7).map((value) => 1e30 * value),
      constant: new Float32Array(K).fill(0.7),
      positive: normals(K, 8).map((value) => 5 + 0.1 * value),
      outlier: normals(K, 9).map((value, i) => (i === 3 ? 1e6 : value)),
    };
    const data = Float32Array.from(Object.values(rows).flatMap((row) => [...row]));
    const outputs = await run(await quantized(), data, 1);
    const { dequantized } = referenceInt8(WEIGHTS['q']!, { k: K, n: N, bits: 8, tensor: false });
    for (const [index, [what, row]] of Object.entries(rows).entries()) {
      const expected = matMul(referenceTokens(row, K), dequantized, K, N);
      const got = outputs['q.out']!.subarray(index * N, (index + 1) * N);
      expect(relativeDistance(got, expected), what).toBeLessThan(1e-5);
    }
    expect(outputs['q.out']!.subarray(0, N)).toEqual(new Float32Array(N));
  });
});
