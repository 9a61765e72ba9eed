import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../file/generated/onnx_pb.ts';

/** A place in a model that holds a tensor. */
export interface TensorSlot {
  /** In a graph's list of initializers, not in an attribute. */
  initializer: boolean;
  get(): TensorProto;
  set(tensor: TensorProto): void;
}

/** Every tensor of a model: initializers and attributes, subgraphs and functions included. */
export function* tensorSlots(model: ModelProto): Generator<TensorSlot> {
  if (model.graph !== undefined) yield* graphSlots(model.graph);
  for (const { node } of model.functions) yield* nodeSlots(node);
}

function* graphSlots(graph: GraphProto): Generator<TensorSlot> {
  yield* listSlots(graph.initializer, true);
  yield* nodeSlots(graph.node);
}

function* nodeSlots(nodes: NodeProto[]): Generator<TensorSlot> {
  for (const attribute of nodes.flatMap((node) => node.attribute)) {
    if (attribute.t !== undefined) {
      yield { initializer: false, get: () => attribute.t!, set: (tensor) => void (attribute.t = tensor) };
    }
    yield* listSlots(attribute.tensors, false);
    if (attribute.g !== undefined) yield* graphSlots(attribute.g);
    for (const graph of attribute.graphs) yield* graphSlots(graph);
  }
}

function* listSlots(tensors: TensorProto[], initializer: boolean): Generator<TensorSlot> {
  for (let i = 0; i < tensors.length; i++) {
    yield { initializer, get: () => tensors[i]!, set: (tensor) => void (tensors[i] = tensor) };
  }
}
