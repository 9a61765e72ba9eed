import type { ModelProto } from '../file/generated/onnx_pb.ts';

/** Version of the standard operators that a model's nodes are of. */
export function standardOpset(model: ModelProto): number {
  const entry = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  return Number(entry?.version ?? 1);
}
