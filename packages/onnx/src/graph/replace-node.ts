import type { ModelProto, NodeProto } from '../file/generated/onnx_pb.ts';
import { graphOf } from './graph-of.ts';

/** Puts other nodes in the place of one, so that the order of the graph stays topological. */
export function replaceNode(model: ModelProto, node: NodeProto, replacement: readonly NodeProto[]): void {
  const { node: nodes } = graphOf(model);
  const index = nodes.indexOf(node);
  if (index < 0) throw new RangeError(`The graph has no node "${node.name}" (${node.opType}).`);
  nodes.splice(index, 1, ...replacement);
}
