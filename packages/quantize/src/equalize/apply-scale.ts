import {
  addInitializer,
  findInitializer,
  graphOf,
  makeNode,
  makeTensor,
  uniqueName,
  type ModelProto,
} from '@quantloop/onnx';
import type { FoldTarget } from './find-fold.ts';
import type { Scalings } from '../weights/scaling.ts';
import type { Station } from './station.ts';

/**
 * Multiplies the input rows of a station's weights by `scale` [k] and divides what they are multiplied with: the model
 * computes what it did before. The graph changes only where a constant has to be copied or a `Mul` put in; the factors
 * of weights go into `scalings`.
 *
 * @param options.scale positive, and equal where the station's channels are tied
 */
export function applyScale(options: {
  model: ModelProto;
  station: Station;
  scale: Float64Array;
  scalings: Scalings;
}): void {
  const { model, station, scale, scalings } = options;
  for (const { weight, transposed } of station.linears) {
    scalings.multiply(weight, transposed ? 'columns' : 'rows', scale);
  }
  if (station.fold === undefined) insertMul(model, station, scale);
  for (const target of station.fold ?? []) divideTarget(model, target, scale, scalings);
}

function divideTarget(model: ModelProto, target: FoldTarget, scale: Float64Array, scalings: Scalings): void {
  const { along, channels } = target;
  const name = target.shared ? copyFor(model, target) : target.initializer;
  const dims = findInitializer(model, name)!.dims.map(Number);
  const length = along === 'columns' ? dims.at(-1)! : dims.at(-2)!;
  const factors = new Float64Array(length).fill(1);
  for (const [i, channel] of channels.entries()) factors[channel] = 1 / scale[i]!;
  scalings.multiply(name, along, factors);
}

/** A second name for a constant's bytes, read by the target's node alone. */
function copyFor(model: ModelProto, { node, input, initializer }: FoldTarget): string {
  const name = uniqueName(model, `${initializer}.equalized`);
  addInitializer(model, { ...findInitializer(model, initializer)!, name });
  node.input[input] = name;
  return name;
}

function insertMul(model: ModelProto, { input, linears }: Station, scale: Float64Array): void {
  const { type } = linears[0]!;
  const factors = uniqueName(model, `${input}.inverse_scale`);
  const data = Array.from(scale, (factor) => 1 / factor);
  addInitializer(model, makeTensor({ name: factors, type, dims: [scale.length], data }));
  const output = uniqueName(model, `${input}.equalized`);
  const name = uniqueName(model, `${output}/Mul`);
  const { node: nodes } = graphOf(model);
  const first = Math.min(...linears.map(({ node }) => nodes.indexOf(node)));
  nodes.splice(first, 0, makeNode({ op: 'Mul', name, inputs: [input, factors], outputs: [output] }));
  for (const { node } of linears) node.input[0] = output;
}
