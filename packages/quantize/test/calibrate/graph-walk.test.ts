import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphBuilder, graphOf, type ModelProto, readModel, TensorReader, writeModel } from '@quantloop/onnx';
import { findLinears } from '@quantloop/quantize';
import { openGraph, type Tensor } from '@quantloop/runtime';
import { beforeAll, describe, expect, test } from 'vitest';
import { tokenFeeds } from '../../src/calibrate/calibration-feeds.ts';
import { GraphWalk } from '../../src/calibrate/graph-walk.ts';
import { planSegments } from '../../src/calibrate/plan-segments.ts';
import { demoModel, type DemoModel } from '../support/demo-model.ts';
import { temporaryFolder } from '../support/model-folder.ts';
import { relativeDistance } from '../support/run-model.ts';

let demo: DemoModel;
let model: ModelProto;
let targets: string[];
beforeAll(async () => {
  demo = await demoModel({ texts: 5, tokens: 40 });
  model = await readModel(join(demo.folder, 'model.onnx'));
  targets = [...new Set(findLinears(model).map(({ node }) => node.input[0]!))];
});

/** The values of a whole run of a model file on one sequence, as outputs added to it. */
async function runWhole(file: string, values: readonly string[], sequence: number[]) {
  const whole = await readModel(file);
  const graph = graphOf(whole);
  graph.output = values.map((name) => ({ ...graph.output[0]!, name, type: undefined }));
  const exposed = file.replace(/\.onnx$/, '.exposed.onnx');
  await writeModel({ model: whole, file: exposed });
  const session = await openGraph({ model: exposed, threads: 1 });
  const feeds = tokenFeeds(whole, [sequence]);
  const given = Object.fromEntries(session.inputNames.map((name) => [name, feeds.feed(name, 0)]));
  const outputs = await session.run(given);
  await session.release();
  return outputs as Record<string, Tensor>;
}

const floats = (tensor: Tensor) => tensor.data as Float32Array;

describe('a walk through the demo model', () => {
  test('runs every node that is needed once, layers of one kind alike', () => {
    const segments = planSegments(model, targets);
    const nodes = segments.flatMap((segment) => segment.nodes);
    expect(new Set(nodes).size).toBe(nodes.length);
    // Everything but the last products, which no target needs.
    expect(graphOf(model).node.length - nodes.length).toBeLessThanOrEqual(1);
    for (const [index, { reads, keeps }] of segments.entries()) {
      const before = new Set(segments.slice(0, index).flatMap((segment) => segment.keeps));
      const inputs = new Set(graphOf(model).input.map(({ name }) => name));
      expect(reads.filter((name) => !before.has(name) && !inputs.has(name))).toEqual([]);
      expect(keeps).toContain(targets[index]);
    }
  });

  test('reaches each target with the values of a whole run, and leaves nothing behind', async () => {
    await using reader = await TensorReader.open(join(demo.folder, 'model.onnx'));
    const scratch = join(await temporaryFolder(), 'walk');
    const feeds = tokenFeeds(model, demo.sequences);
    const whole = await Promise.all(
      demo.sequences.map((sequence) => runWhole(join(demo.folder, 'model.onnx'), targets, sequence)),
    );
    {
      await using walk = await GraphWalk.open({ model, reader, targets, feeds, scratch });
      for (const target of targets) {
        const rows: Float32Array[] = [];
        for await (const tensor of walk.batchesOf(target)) {
          const [batch, length, width] = tensor.dims as [number, number, number];
          for (let b = 0; b < batch; b++)
            rows.push(floats(tensor).subarray(b * length * width, (b + 1) * length * width));
        }
        // Sequences of one length share a batch: the order is that of the batches.
        const expected = inBatchOrder(demo.sequences).map((index) => floats(whole[index]![target]!));
        expect(rows).toHaveLength(expected.length);
        rows.forEach((row, i) => expect(relativeDistance(row, expected[i]!), target).toBeLessThan(1e-5));
      }
      expect((await readdir(scratch)).length).toBeLessThan(8);
    }
    await expect(readdir(scratch)).rejects.toThrow('ENOENT');
  });

  test('sees a weight that was replaced, from there on', async () => {
    await using reader = await TensorReader.open(join(demo.folder, 'model.onnx'));
    const scratch = join(await temporaryFolder(), 'walk');
    const feeds = tokenFeeds(model, demo.sequences);
    const sumsOf = async (replace: boolean) => {
      await using walk = await GraphWalk.open({ model, reader, targets, feeds, scratch });
      const sums: number[] = [];
      const [query] = findLinears(model);
      for (const target of targets.slice(0, 3)) {
        let sum = 0;
        for await (const tensor of walk.batchesOf(target))
          for (const value of floats(tensor)) sum += value * value;
        sums.push(sum);
        // After the first target the first layer's query weight becomes 0: all tokens count alike.
        if (replace && sums.length === 1)
          walk.replace(query!.weight, () => new Float32Array(query!.k * query!.n));
      }
      return sums;
    };
    const [before, after] = [await sumsOf(false), await sumsOf(true)];
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBeCloseTo(before[1]!, 3);
    expect(after[2]).not.toBeCloseTo(before[2]!, 3);
  });
});

/** Indices of the sequences as batches take them: by the first of each length. */
function inBatchOrder(sequences: readonly number[][]): number[] {
  const lengths = [...new Set(sequences.map(({ length }) => length))];
  return lengths.flatMap((length) =>
    sequences.flatMap((sequence, index) => (sequence.length === length ? [index] : [])),
  );
}

test('an input of which nothing is known is named', () => {
  const g = new GraphBuilder();
  g.node('Relu', [g.input('pixels', 'float32', [1])], { outputs: [g.output('y', 'float32', [1])] });
  expect(() => tokenFeeds(g.model(), [[1]]).feed('pixels', 0)).toThrow(/input "pixels"/);
});
