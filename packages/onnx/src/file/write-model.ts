import { toBinary } from '@bufbuild/protobuf';
import { type ModelProto, ModelProtoSchema } from './generated/onnx_pb.ts';
import { writeAtomically } from './write-atomically.ts';

/** Encodes a model; fields this library does not know are written back as they were read. */
export function serializeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
  return toBinary(ModelProtoSchema, model);
}

/**
 * Writes a model whole or not at all. External data it refers to must be in place before.
 *
 * @throws QuantloopError `disk-full`
 */
export async function writeModel(options: { model: ModelProto; file: string }): Promise<void> {
  await writeAtomically(options.file, serializeModel(options.model));
}
