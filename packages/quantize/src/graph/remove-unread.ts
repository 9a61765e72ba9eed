import { graphOf, nestedNodes, replaceNode, type ModelProto, type NodeProto } from '@quantloop/onnx';

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
