import { create } from '@bufbuild/protobuf';
import { type NodeProto, NodeProtoSchema } from '../file/generated/onnx_pb.ts';
import { type Attributes, makeAttribute } from './attributes.ts';

export interface NodeOptions {
  op: string;
  /** Default: none. */
  name?: string;
  /** Default: the standard operators, `ai.onnx`. */
  domain?: string;
  /** An empty string stands for an optional input that is left out. */
  inputs: readonly string[];
  outputs: readonly string[];
  attributes?: Attributes;
}

/** A node on its own, to be put into a graph. */
export function makeNode(options: NodeOptions): NodeProto {
  const node = create(NodeProtoSchema, {
    opType: options.op,
    input: [...options.inputs],
    output: [...options.outputs],
    attribute: Object.entries(options.attributes ?? {}).map(([name, value]) => makeAttribute(name, value)),
  });
  if (options.name !== undefined) node.name = options.name;
  if (options.domain !== undefined) node.domain = options.domain;
  return node;
}
