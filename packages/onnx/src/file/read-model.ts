import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { QuantloopError } from '@quantloop/core';
import { resolveInside } from '@quantloop/untrusted';
import { corruptModel } from './corrupt-model.ts';
import { type ModelProto, ModelProtoSchema, type NodeProto } from './generated/onnx_pb.ts';

/** The protobuf limit: no ONNX implementation reads a longer message. */
const MAX_MODEL_BYTES = 2 ** 31 - 1;
/** Branches and loops inside each other. Protobuf's own limit of 100 messages comes to 33 graphs. */
const MAX_DEPTH = 33;

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
  if (isDeeper([model.graph, ...model.functions], MAX_DEPTH)) {
    throw corruptModel({ file: source, problem: `graphs are more than ${MAX_DEPTH} deep in each other` });
  }
  return model;
}

function isDeeper(level: readonly { node: NodeProto[] }[], depth: number): boolean {
  for (let below = level; below.length > 0; depth--) {
    if (depth === 0) return true;
    const attributes = below.flatMap(({ node }) => node).flatMap(({ attribute }) => attribute);
    below = attributes.flatMap(({ g, graphs }) => (g === undefined ? graphs : [g, ...graphs]));
  }
  return false;
}

/**
 * Reads the graph of an ONNX file; tensors in external data stay on disk (see {@link TensorReader}).
 *
 * @throws QuantloopError `model-corrupt` when the file is missing or no ONNX model, `unsupported` above 2 GiB
 */
export async function readModel(file: string): Promise<ModelProto> {
  const place = { folder: dirname(file), path: basename(file), code: 'model-corrupt' as const };
  const path = await resolveInside(place).catch((cause: unknown) => {
    if (cause instanceof QuantloopError) throw cause;
    throw corruptModel({
      file,
      problem: 'the file cannot be read',
      hint: 'Check the path of the model.',
      cause,
    });
  });
  const facts = await stat(path);
  if (!facts.isFile()) throw corruptModel({ file, problem: 'not a regular file' });
  if (facts.size > MAX_MODEL_BYTES) {
    throw new QuantloopError({
      code: 'unsupported',
      message: `${file} is ${facts.size} bytes; protobuf ends at ${MAX_MODEL_BYTES}.`,
      hint: 'Export the model with its weights as external data.',
    });
  }
  return parseModel(await readFile(path), file);
}
