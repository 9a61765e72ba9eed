import { clone, create } from '@bufbuild/protobuf';
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  ValueInfoProtoSchema,
} from '../file/generated/onnx_pb.ts';
import { serializeModel } from '../file/write-model.ts';
import { valueInfo } from '../build/value-info.ts';
import type { OnnxType } from '../types/onnx-type.ts';

export interface SegmentOptions {
  /** The model the nodes come from; it is not changed. */
  model: ModelProto;
  /** Some of its nodes, in the order of its graph. */
  nodes: readonly NodeProto[];
  /** Every value the nodes read that none of them produces, constants aside. */
  inputs: readonly { name: string; type: OnnxType; rank: number }[];
  /** Values they produce that are wanted. */
  outputs: readonly string[];
  /** Constants to store inside, with their data. */
  constants: readonly TensorProto[];
}

/** A part of a graph as a model of its own. */
export interface Segment {
  bytes: Uint8Array<ArrayBuffer>;
  /** The name in the segment of every input and output of the original. */
  names: ReadonlyMap<string, string>;
}

/**
 * Cuts nodes out of a model. Values are numbered in the order they come up and nodes lose their names, so that layers
 * that do the same become the same bytes, and may share one session.
 */
export function extractSegment(options: SegmentOptions): Segment {
  const { model, nodes, inputs, outputs, constants } = options;
  const names = new Map<string, string>();
  const rename = (name: string): string => {
    if (name === '') return name;
    const known = names.get(name) ?? `v${names.size}`;
    names.set(name, known);
    return known;
  };
  const graph = create(GraphProtoSchema, {
    name: 'segment',
    input: inputs.map(({ name, type, rank }) =>
      valueInfo(
        rename(name),
        type,
        Array.from({ length: rank }, () => ''),
      ),
    ),
    initializer: constants.map((tensor) => ({ ...tensor, name: rename(tensor.name) })),
    node: nodes.map((node) => renameNode(clone(NodeProtoSchema, node), rename)),
    // ONNX Runtime infers their types.
    output: outputs.map((name) => create(ValueInfoProtoSchema, { name: rename(name) })),
  });
  const segment = create(ModelProtoSchema, {
    irVersion: model.irVersion,
    opsetImport: model.opsetImport,
    functions: model.functions,
    graph,
  });
  return { bytes: serializeModel(segment), names };
}

function renameNode(node: NodeProto, rename: (name: string) => string): NodeProto {
  node.name = '';
  node.input = node.input.map(rename);
  node.output = node.output.map(rename);
  for (const attribute of node.attribute) {
    for (const graph of [attribute.g, ...attribute.graphs])
      if (graph !== undefined) renameGraph(graph, rename);
  }
  return node;
}

/** Names of a subgraph differ from all those around it (ONNX demands it), so one renaming serves both. */
function renameGraph(graph: GraphProto, rename: (name: string) => string): void {
  for (const value of [...graph.input, ...graph.output, ...graph.initializer])
    value.name = rename(value.name);
  graph.valueInfo = [];
  for (const node of graph.node) renameNode(node, rename);
}
