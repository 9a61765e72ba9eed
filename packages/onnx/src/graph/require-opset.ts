import { create } from '@bufbuild/protobuf';
import { type ModelProto, OperatorSetIdProtoSchema } from '../file/generated/onnx_pb.ts';

/** Makes a model import at least `version` of an operator set; `''` and `ai.onnx` are the same. */
export function requireOpset(model: ModelProto, domain: string, version: number): void {
  const canonical = (name: string) => (name === 'ai.onnx' ? '' : name);
  const entry = model.opsetImport.find((opset) => canonical(opset.domain) === canonical(domain));
  if (entry === undefined) {
    model.opsetImport.push(
      create(OperatorSetIdProtoSchema, { domain: canonical(domain), version: BigInt(version) }),
    );
  } else if (entry.version < BigInt(version)) {
    entry.version = BigInt(version);
  }
}
