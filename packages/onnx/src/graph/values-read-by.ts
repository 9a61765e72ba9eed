import type { GraphProto, NodeProto } from '../file/generated/onnx_pb.ts';

/** Names of the values a node reads, those its subgraphs take from outside included. May repeat names. */
export function* valuesReadBy(node: NodeProto): Generator<string> {
  for (const name of node.input) if (name !== '') yield name;
  for (const attribute of node.attribute) {
    if (attribute.g !== undefined) yield* valuesReadByGraph(attribute.g);
    for (const graph of attribute.graphs) yield* valuesReadByGraph(graph);
  }
}

/** Names of the values the nodes and outputs of a graph refer to. May repeat names. */
export function* valuesReadByGraph(graph: GraphProto): Generator<string> {
  for (const { name } of graph.output) yield name;
  for (const node of graph.node) yield* valuesReadBy(node);
}
