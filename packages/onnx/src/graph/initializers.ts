import type { ModelProto, TensorProto } from '../file/generated/onnx_pb.ts';
import { graphOf } from './graph-of.ts';
import { valuesReadByGraph } from './values-read-by.ts';

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
  const used = new Set(valuesReadByGraph(graph));
  const unused = graph.initializer.filter((tensor) => !used.has(tensor.name)).map((tensor) => tensor.name);
  if (unused.length === 0) return unused;
  const gone = new Set(unused);
  graph.initializer = graph.initializer.filter((tensor) => !gone.has(tensor.name));
  graph.input = graph.input.filter((input) => !gone.has(input.name));
  graph.valueInfo = graph.valueInfo.filter((value) => !gone.has(value.name));
  return unused;
}
