import { graphOf, makeNode, replaceNode, uniqueName, type ModelProto } from '@quantloop/onnx';
import { layoutOf } from '../pack/layout.ts';
import type { Storage } from '../pack/storage.ts';
import type { Linear } from './find-linears.ts';

/** Puts the operators that read the packed weight in the layer's place; the layer keeps its name and output. */
export function rewriteLinear(options: {
  model: ModelProto;
  linear: Linear;
  storage: Storage;
  /** Names of the packed parts, in the layout's order. */
  initializers: string[];
}): void {
  const { model, linear, storage, initializers } = options;
  const { node, bias, transpose } = linear;
  const activations = node.input[0]!;
  const output = node.output[0]!;
  const product = bias === undefined ? output : uniqueName(model, `${output}.product`);
  const names = { name: node.name, activations, initializers, output: product };
  const nodes = layoutOf(storage).nodes(storage, names);
  if (bias !== undefined) {
    const name = uniqueName(model, `${node.name}/bias`);
    nodes.push(makeNode({ op: 'Add', name, inputs: [product, bias], outputs: [output] }));
  }
  replaceNode(model, node, nodes);
  if (transpose !== undefined && !isRead(model, transpose.output[0]!)) replaceNode(model, transpose, []);
}

function isRead(model: ModelProto, value: string): boolean {
  const graph = graphOf(model);
  return (
    graph.output.some(({ name }) => name === value) || graph.node.some((node) => node.input.includes(value))
  );
}
