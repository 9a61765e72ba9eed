import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ExternalDataWriter,
  GraphBuilder,
  graphOf,
  readModel,
  TensorReader,
  writeModel,
  type ModelProto,
} from '@quantloop/onnx';
import { absMax, collectStatistics, findLinears, Statistics } from '@quantloop/quantize';
import { openGraph, type Tensor } from '@quantloop/runtime';
import { beforeAll, describe, expect, test } from 'vitest';
import { tokenFeeds } from '../../src/calibrate/calibration-feeds.ts';
import { demoModel, type DemoModel } from '../support/demo-model.ts';
import { temporaryFolder } from '../support/model-folder.ts';
import { normals } from '../support/random.ts';
import { relativeDistance } from '../support/run-model.ts';

let demo: DemoModel;
let folder: string;
let model: ModelProto;
beforeAll(async () => {
  demo = await demoModel({ texts: 6, tokens: 50 });
  model = await readModel(join(demo.folder, 'model.onnx'));
  folder = await temporaryFolder();
  await collectStatistics({ source: demo.folder, target: folder, sequences: demo.sequences });
});

/** Rows of the values, from whole runs of the model with them as outputs. */
async function rowsOf(values: readonly string[]): Promise<Map<string, number[][]>> {
  const whole = await readModel(join(demo.folder, 'model.onnx'));
  const graph = graphOf(whole);
  graph.output = values.map((name) => ({ ...graph.output[0]!, name, type: undefined }));
  const file = join(demo.folder, 'exposed.onnx');
  await writeModel({ model: whole, file });
  const session = await openGraph({ model: file, threads: 1 });
  const rows = new Map<string, number[][]>(values.map((name) => [name, []]));
  for (const sequence of demo.sequences) {
    const feeds = tokenFeeds(whole, [sequence]);
    const outputs = (await session.run(
      Object.fromEntries(session.inputNames.map((name) => [name, feeds.feed(name, 0)])),
    )) as Record<string, Tensor>;
    for (const name of values) {
      const { data, dims } = outputs[name]!;
      const k = dims.at(-1)!;
      for (let start = 0; start < data.length; start += k)
        rows.get(name)!.push([...(data as Float32Array).subarray(start, start + k)]);
    }
  }
  await session.release();
  return rows;
}

describe('statistics of the demo model', () => {
  test('say of every input of a linear layer what whole runs of the model give', async () => {
    const statistics = await Statistics.open(folder);
    const inputs = [...new Set(findLinears(model).map(({ node }) => node.input[0]!))];
    expect(statistics.values).toEqual(inputs);
    const tokens = demo.sequences.reduce((sum, { length }) => sum + length, 0);
    for (const [name, rows] of await rowsOf(inputs)) {
      const k = rows[0]!.length;
      const found = await statistics.inputs(name);
      expect(found.rows).toBe(tokens);
      const column = (channel: number) => rows.map((row) => row[channel]!);
      const expected = (of: (values: number[]) => number) =>
        Float64Array.from({ length: k }, (_, channel) => of(column(channel)));
      expect(
        relativeDistance(
          found.low,
          expected((values) => Math.min(...values)),
        ),
      ).toBeLessThan(1e-5);
      expect(
        relativeDistance(
          found.high,
          expected((values) => Math.max(...values)),
        ),
      ).toBeLessThan(1e-5);
      const largest = expected((values) => Math.max(...values.map(Math.abs)));
      expect(relativeDistance(absMax(found), largest)).toBeLessThan(1e-5);
      const mean = expected((values) => values.reduce((sum, x) => sum + Math.abs(x), 0) / tokens);
      expect(relativeDistance(found.absMean, mean)).toBeLessThan(1e-5);
      expect(found.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(tokens * k);
      const moments = new Float64Array(k * k);
      for (const row of rows)
        for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) moments[i * k + j]! += row[i]! * row[j]!;
      expect(relativeDistance(await statistics.moments(name), moments), name).toBeLessThan(1e-5);
    }
  });

  test('are two files, of which the data is little-endian float32', async () => {
    expect((await readdir(folder)).sort()).toEqual(['statistics.bin', 'statistics.json']);
    const table = JSON.parse(await readFile(join(folder, 'statistics.json'), 'utf8')) as {
      stations: { value: string; offset: number }[];
    };
    const [first] = table.stations;
    const { low } = await (await Statistics.open(folder)).inputs(first!.value);
    const data = await readFile(join(folder, 'statistics.bin'));
    expect(data.readFloatLE(first!.offset)).toBe(low[0]);
  });

  test('cut short or of another version are refused', async () => {
    const broken = await temporaryFolder();
    await expect(Statistics.open(broken)).rejects.toMatchObject({ code: 'artifact-corrupt' });
    await collectStatistics({ source: demo.folder, target: broken, sequences: [[1, 2, 3]] });
    const statistics = await Statistics.open(broken);
    const last = statistics.values.at(-1)!;
    await truncate(join(broken, 'statistics.bin'), 1000);
    await expect(statistics.moments(last)).rejects.toMatchObject({ code: 'artifact-corrupt' });
    await expect(statistics.inputs('nothing')).rejects.toThrow('say nothing of "nothing"');
    await writeFile(join(broken, 'statistics.json'), '{"schemaVersion": 2}');
    await expect(Statistics.open(broken)).rejects.toMatchObject({ code: 'artifact-corrupt' });
  });

  test('end with the first value in which activations are not finite', async () => {
    const source = await temporaryFolder();
    const file = join(demo.folder, 'model.onnx');
    const spoiled = await readModel(file);
    const layers = findLinears(spoiled);
    const { weight, k, n } = layers.find(({ node }) => /layers\.1\/.*up_proj/.test(node.name))!;
    await using reader = new TensorReader({ model: spoiled, file });
    await using writer = await ExternalDataWriter.open({ folder: source });
    const graph = graphOf(spoiled);
    for (const [index, tensor] of graph.initializer.entries()) {
      graph.initializer[index] =
        tensor.name === weight
          ? await writer.append({
              name: weight,
              type: 'float32',
              dims: [k, n],
              data: normals(k * n, 1).map((value, i) => (i === 5 ? Infinity : value)),
            })
          : await writer.copy(reader, tensor);
    }
    await writer.commit();
    await writeModel({ model: spoiled, file: join(source, 'model.onnx') });
    const down = layers.find(({ node }) => /layers\.1\/.*down_proj/.test(node.name))!.node.input[0]!;
    const target = await temporaryFolder();
    await expect(collectStatistics({ source, target, sequences: demo.sequences })).rejects.toMatchObject({
      code: 'non-finite',
      message: expect.stringContaining(`"${down}"`),
    });
    await expect(Statistics.open(target)).rejects.toThrow('holds no statistics');
  });

  test('of a model without linear layers are empty', async () => {
    const source = await temporaryFolder();
    const g = new GraphBuilder();
    g.node('Relu', [g.input('input_ids', 'float32', ['b', 's'])], {
      outputs: [g.output('y', 'float32', ['b', 's'])],
    });
    await writeModel({ model: g.model(), file: join(source, 'model.onnx') });
    const target = await temporaryFolder();
    await collectStatistics({ source, target, sequences: [[1]] });
    expect((await Statistics.open(target)).values).toEqual([]);
  });

  test('end when they are cancelled', async () => {
    const abort = new AbortController();
    const target = await temporaryFolder();
    const options = { source: demo.folder, target, sequences: demo.sequences, signal: abort.signal };
    const onProgress = ({ done }: { done: number }) => done === 2 && abort.abort(new Error('stop'));
    await expect(collectStatistics({ ...options, onProgress })).rejects.toThrow('stop');
    expect(await readdir(target)).toEqual(['statistics.bin']);
  });
});
