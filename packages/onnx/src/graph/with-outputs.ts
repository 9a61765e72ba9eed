import { create } from '@bufbuild/protobuf';
import { type ModelProto, ValueInfoProtoSchema } from '../file/generated/onnx_pb.ts';
import { graphOf } from './graph-of.ts';

/** The model with other outputs: any values of its main graph, whose types ONNX Runtime infers. The given one is not changed. */
export function withOutputs(model: ModelProto, names: readonly string[]): ModelProto {
  const output = names.map((name) => create(ValueInfoProtoSchema, { name }));
  return { ...model, graph: { ...graphOf(model), output } };
}
