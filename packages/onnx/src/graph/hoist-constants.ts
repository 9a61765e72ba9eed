import type { ModelProto, NodeProto, TensorProto } from '../file/generated/onnx_pb.ts';
import { isStandard } from './is-standard.ts';
import { graphOf } from './graph-of.ts';

/**
 * Turns the main graph's `Constant` nodes that hold a tensor of at least `rank` dimensions into initializers of the
 * same name: there a `TensorReader` finds them, and they can be stored outside the model.
 *
 * @param rank default 2: weights, not the axes and shapes that ONNX Runtime wants to see early
 */
export function hoistConstants(model: ModelProto, rank = 2): void {
  const graph = graphOf(model);
  const outputs = new Set(graph.output.map(({ name }) => name));
  graph.node = graph.node.filter((node) => {
    const tensor = constantTensor(node);
    const name = node.output[0];
    if (tensor === undefined || name === undefined || outputs.has(name) || tensor.dims.length < rank)
      return true;
    graph.initializer.push({ ...tensor, name });
    return false;
  });
}

function constantTensor(node: NodeProto): TensorProto | undefined {
  if (node.opType !== 'Constant' || !isStandard(node)) return undefined;
  return node.attribute.find(({ name }) => name === 'value')?.t;
}
