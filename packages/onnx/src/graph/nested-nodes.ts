import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../file/generated/onnx_pb.ts';
import { graphOf } from './graph-of.ts';

/** Something of a model, and where it lies. */
export interface Nested<Item> {
  item: Item;
  /** The node of the main graph in whose subgraph it lies, however deep; undefined for one of the main graph itself. */
  inside: NodeProto | undefined;
}

/** Every node, those of subgraphs included, each after the node that holds it. */
export function* nestedNodes(model: ModelProto): Generator<Nested<NodeProto>> {
  for (const { item, inside } of nestedGraphs(model)) {
    for (const node of item.node) yield { item: node, inside };
  }
}

/** Every initializer, those of subgraphs included. */
export function* nestedInitializers(model: ModelProto): Generator<Nested<TensorProto>> {
  for (const { item, inside } of nestedGraphs(model)) {
    for (const tensor of item.initializer) yield { item: tensor, inside };
  }
}

function* nestedGraphs(model: ModelProto): Generator<Nested<GraphProto>> {
  const main = graphOf(model);
  yield { item: main, inside: undefined };
  for (const node of main.node) {
    for (const graph of subgraphs(node)) yield { item: graph, inside: node };
  }
}

function* subgraphs(node: NodeProto): Generator<GraphProto> {
  for (const { g, graphs } of node.attribute) {
    for (const graph of g === undefined ? graphs : [g, ...graphs]) {
      yield graph;
      for (const inner of graph.node) yield* subgraphs(inner);
    }
  }
}
