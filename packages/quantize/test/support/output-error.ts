import { join } from 'node:path';
import { readModel, TensorReader } from '@quantloop/onnx';
import {
  findLinears,
  layoutOf,
  type Linear,
  type LayerInputs,
  METHODS,
  openWeight,
  type Storage,
} from '@quantloop/quantize';
import type { Recipe } from '@quantloop/core';
import { multiply, type Arithmetic } from '@quantloop/runtime';
import { accumulateMoments } from '../../src/calibrate/accumulate-moments.ts';
import { tokenFeeds } from '../../src/calibrate/calibration-feeds.ts';
import { GraphWalk } from '../../src/calibrate/graph-walk.ts';
import { temporaryFolder } from './model-folder.ts';

/** Every linear layer of an unquantized model, with its inputs on some token sequences. */
export async function layersWithInputs(
  folder: string,
  sequences: number[][],
  arithmetic: Arithmetic,
): Promise<{ linear: Linear; inputs: LayerInputs }[]> {
  const model = await readModel(join(folder, 'model.onnx'));
  const linears = findLinears(model);
  const targets = [...new Set(linears.map(({ node }) => node.input[0]!))];
  await using reader = await TensorReader.open(join(folder, 'model.onnx'));
  const feeds = tokenFeeds(model, sequences);
  const scratch = join(await temporaryFolder(), 'walk');
  await using walk = await GraphWalk.open({ model, reader, targets, feeds, scratch });
  const found = [];
  for (const name of targets) {
    const { rows, moments } = await accumulateMoments({ name, batches: walk.batchesOf(name), arithmetic });
    const inputs = { rows, moments, arithmetic };
    found.push(...linears.filter(({ node }) => node.input[0] === name).map((linear) => ({ linear, inputs })));
  }
  return found;
}

/** ‖x(W − Q)‖ / ‖xW‖ of one layer quantized by itself, for the inputs x. */
export async function outputError(options: {
  reader: TensorReader;
  linear: Linear;
  inputs: LayerInputs;
  recipe: Recipe;
}): Promise<number> {
  const { reader, linear, inputs, recipe } = options;
  const { weight: name, k, n, type, transposed } = linear;
  const plan = METHODS[recipe.method]!.plan({ name, k, n, type }, recipe);
  if ('refuse' in plan) throw new Error(plan.refuse);
  const source = openWeight({ reader, name, k, n, transposed });
  const { parts } = await plan.quantize(source, inputs);
  const values = layoutOf<Storage>(plan.storage).values(plan.storage, parts);
  const weight = new Float64Array(n * k);
  for await (const { first, data } of source.panels()) weight.set(data, first * k);
  /** Σ of (xd)², d [n, k]. */
  const size = async (d: Float64Array) => {
    const m = { data: Float64Array.from(inputs.moments), rows: k, columns: k };
    const { data } = await multiply(inputs.arithmetic, { a: { data: d, rows: n, columns: k }, b: m });
    return d.reduce((sum, value, i) => sum + value * data[i]!, 0);
  };
  return Math.sqrt((await size(weight.map((w, i) => w - values[i]!))) / (await size(weight)));
}
