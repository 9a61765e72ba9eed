import { makeNode, replaceNode, uniqueName, type ModelProto } from '@quantloop/onnx';
import { layoutOf } from '../pack/layout.ts';
import type { Storage } from '../pack/storage.ts';
import { castNode } from './cast-node.ts';
import type { Linear } from './find-linears.ts';
import { removeUnread } from './remove-unread.ts';
import type { SharedInputs } from './shared-inputs.ts';

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
  /** Of the model. */
  shared: SharedInputs;
}): void {
  const { model, linear, storage, initializers, shared } = options;
  const { node, bias, type } = linear;
  const layout = layoutOf(storage);
  const multiplied = layout.activations(storage);
  const output = node.output[0]!;
  const product = bias === undefined ? output : uniqueName(model, `${output}.product`);
  const uncast = multiplied === type ? product : uniqueName(model, `${output}.${multiplied}`);
  const input = node.input[0]!;
  const activations = multiplied === type ? input : shared.cast(input, multiplied);
  const rounding = layout.rounding?.(storage);
  const nodes = layout.nodes(storage, {
    name: node.name,
    activations,
    initializers,
    output: uncast,
    ...(rounding !== undefined && { rounded: shared.round(activations, rounding) }),
  });
  if (uncast !== product) {
    const name = uniqueName(model, `${node.name}/cast_out`);
    nodes.push(castNode({ name, from: uncast, to: product, type }));
  }
  if (bias !== undefined) {
    const name = uniqueName(model, `${node.name}/bias`);
    nodes.push(makeNode({ op: 'Add', name, inputs: [product, bias], outputs: [output] }));
  }
  replaceNode(model, node, nodes);
  removeUnread(model, linear.via);
}
