import { QuantloopError } from '@quantloop/core';
import type { GraphProto, ModelProto } from '../file/generated/onnx_pb.ts';

/** The main graph of a model. @throws QuantloopError `model-corrupt` when there is none */
export function graphOf(model: ModelProto): GraphProto {
  if (model.graph !== undefined) return model.graph;
  throw new QuantloopError({
    code: 'model-corrupt',
    message: 'The model has no graph.',
    hint: 'Export the model again.',
  });
}
