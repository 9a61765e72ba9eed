import type { NodeProto } from '../file/generated/onnx_pb.ts';

/** Whether a node is of the standard operator set, which has two names. */
export function isStandard(node: NodeProto): boolean {
  return node.domain === '' || node.domain === 'ai.onnx';
}
