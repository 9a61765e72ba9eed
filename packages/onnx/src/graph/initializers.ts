import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../file/generated/onnx_pb.ts';
import { graphOf } from './graph-of.ts';

export function findInitializer(model: ModelProto, name: string): TensorProto | undefined {
  return graphOf(model).initializer.find((tensor) => tensor.name === name);
}

/** @throws RangeError when an initializer of that name is there already */
export function addInitializer(model: ModelProto, tensor: TensorProto): void {
  if (findInitializer(model, tensor.name) !== undefined) {
    throw new RangeError(`The graph has an initializer "${tensor.name}" already.`);
  }
  graphOf(model).initializer.push(tensor);
}

/** Removes an initializer; a name that is not there is no error. */
export function removeInitializer(model: ModelProto, name: string): void {
  const graph = graphOf(model);
  graph.initializer = graph.initializer.filter((tensor) => tensor.name !== name);
}

/** Removes what no node and no output refers to, subgraphs considered. Returns the names. */
export function removeUnusedInitializers(model: ModelProto): string[] {
  const graph = graphOf(model);
  const used = new Set(usedValues(graph));
  const unused = graph.initializer.filter((tensor) => !used.has(tensor.name)).map((tensor) => tensor.name);
  if (unused.length === 0) return unused;
  const gone = new Set(unused);
  graph.initializer = graph.initializer.filter((tensor) => !gone.has(tensor.name));
  graph.input = graph.input.filter((input) => !gone.has(input.name));
  graph.valueInfo = graph.valueInfo.filter((value) => !gone.has(value.name));
  return unused;
}

function* usedValues(graph: GraphProto): Generator<string> {
  for (const { name } of graph.output) yield name;
  for (const node of graph.node) yield* nodeValues(node);
}

function* nodeValues(node: NodeProto): Generator<string> {
  yield* node.input;
  for (const attribute of node.attribute) {
    if (attribute.g !== undefined) yield* usedValues(attribute.g);
    for (const graph of attribute.graphs) yield* usedValues(graph);
  }
}
