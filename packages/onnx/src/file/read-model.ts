import { readFile, stat } from 'node:fs/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { QuantloopError } from '@quantloop/core';
import { corruptModel } from './corrupt-model.ts';
import { type ModelProto, ModelProtoSchema } from './generated/onnx_pb.ts';

/** The protobuf limit: no ONNX implementation reads a longer message. */
const MAX_MODEL_BYTES = 2 ** 31 - 1;

/**
 * Decodes an ONNX model. Tensors inside the message are views of `bytes`.
 *
 * @param source names the model in errors
 * @throws QuantloopError `model-corrupt` when the bytes are no ONNX model
 */
export function parseModel(bytes: Uint8Array, source = 'ONNX model'): ModelProto {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw corruptModel({ file: source, problem: `not a readable ONNX model (${reason})`, cause });
  }
  if (model.graph === undefined || model.irVersion < 1n) {
    throw corruptModel({ file: source, problem: 'not an ONNX model: it has no graph or no IR version' });
  }
  return model;
}

/**
 * Reads the graph of an ONNX file; tensors in external data stay on disk (see {@link TensorReader}).
 *
 * @throws QuantloopError `model-corrupt` when the file is missing or no ONNX model, `unsupported` above 2 GiB
 */
export async function readModel(file: string): Promise<ModelProto> {
  const facts = await stat(file).catch((cause: unknown) => {
    throw corruptModel({
      file,
      problem: 'the file cannot be read',
      hint: 'Check the path of the model.',
      cause,
    });
  });
  if (!facts.isFile()) throw corruptModel({ file, problem: 'not a regular file' });
  if (facts.size > MAX_MODEL_BYTES) {
    throw new QuantloopError({
      code: 'unsupported',
      message: `${file} is ${facts.size} bytes; protobuf ends at ${MAX_MODEL_BYTES}.`,
      hint: 'Export the model with its weights as external data.',
    });
  }
  return parseModel(await readFile(file), file);
}
