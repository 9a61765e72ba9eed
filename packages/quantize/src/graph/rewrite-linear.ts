import {
  graphOf,
  makeNode,
  nestedNodes,
  ONNX_TYPES,
  replaceNode,
  uniqueName,
  type ModelProto,
  type NodeProto,
  type OnnxType,
} from '@quantloop/onnx';
import { layoutOf } from '../pack/layout.ts';
import type { Storage } from '../pack/storage.ts';
import type { Linear } from './find-linears.ts';

/**
 * Puts the operators that read the packed weight in the layer's place; the layer keeps its name and output. Activations
 * of a type that they do not multiply are cast for them, and the product back.
 */
export function rewriteLinear(options: {
  model: ModelProto;
  linear: Linear;
  storage: Storage;
  /** Names of the packed parts, in the layout's order. */
  initializers: string[];
}): void {
  const { model, linear, storage, initializers } = options;
  const { node, bias, type } = linear;
  const layout = layoutOf(storage);
  const multiplied = layout.activations(storage);
  const output = node.output[0]!;
  const product = bias === undefined ? output : uniqueName(model, `${output}.product`);
  const cast = (from: string, to: string, type: OnnxType, what: string): NodeProto =>
    makeNode({
      op: 'Cast',
      name: uniqueName(model, `${node.name}/${what}`),
      inputs: [from],
      outputs: [to],
      attributes: { to: ONNX_TYPES[type].code },
    });
  const nodes: NodeProto[] = [];
  if (multiplied === type) {
    nodes.push(
      ...layout.nodes(storage, {
        name: node.name,
        activations: node.input[0]!,
        initializers,
        output: product,
      }),
    );
  } else {
    const activations = uniqueName(model, `${output}.activations`);
    const uncast = uniqueName(model, `${output}.${multiplied}`);
    nodes.push(
      cast(node.input[0]!, activations, multiplied, 'cast_in'),
      ...layout.nodes(storage, { name: node.name, activations, initializers, output: uncast }),
      cast(uncast, product, type, 'cast_out'),
    );
  }
  if (bias !== undefined) {
    const name = uniqueName(model, `${node.name}/bias`);
    nodes.push(makeNode({ op: 'Add', name, inputs: [product, bias], outputs: [output] }));
  }
  replaceNode(model, node, nodes);
  removeUnread(model, linear.via);
}

/** Removes what led to the weight, from its end, as far as nothing else reads it. */
export function removeUnread(model: ModelProto, via: readonly NodeProto[]): void {
  for (const node of via.toReversed()) {
    if (isRead(model, node.output[0]!)) return;
    replaceNode(model, node, []);
  }
}

function isRead(model: ModelProto, value: string): boolean {
  const graph = graphOf(model);
  if (graph.output.some(({ name }) => name === value)) return true;
  for (const { item } of nestedNodes(model)) if (item.input.includes(value)) return true;
  return false;
}
