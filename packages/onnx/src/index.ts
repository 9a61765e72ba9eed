export { type OnnxType, ONNX_TYPES, elementCount, onnxTypeOf, tensorByteLength } from './types/onnx-type.ts';
export { float16ToFloat32, float32ToFloat16 } from './types/float16.ts';
export { bfloat16ToFloat32, float32ToBfloat16 } from './types/bfloat16.ts';
export { FLOAT8_MAX, FLOAT8_VALUES, float8Code, type Float8Type } from './types/float8.ts';
export { FLOAT_TYPES, toFloat32 } from './types/to-float32.ts';
export { transpose } from './types/transpose.ts';
export { asBytes } from './types/as-bytes.ts';
export type {
  AttributeProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfoProto,
} from './file/generated/onnx_pb.ts';
export { parseModel, readModel } from './file/read-model.ts';
export { serializeModel, writeModel } from './file/write-model.ts';
export { TensorReader, type MatrixBlock, type TensorInfo } from './file/tensor-reader.ts';
export {
  ExternalDataWriter,
  type ReservedTensor,
  type TensorData,
  type TensorShape,
} from './file/external-data-writer.ts';
export { verifyModel } from './file/verify-model.ts';
export { dataFiles } from './file/data-files.ts';
export { modelBytes } from './file/model-bytes.ts';
export { diskFailure } from './file/disk-failure.ts';
export { moveInitializers } from './file/move-initializers.ts';
export { graphOf } from './graph/graph-of.ts';
export { isStandard } from './graph/is-standard.ts';
export { nodeLayer } from './graph/node-layer.ts';
export { type Nested, nestedInitializers, nestedNodes } from './graph/nested-nodes.ts';
export { type ConstantOperand, constantOperands } from './graph/constant-operands.ts';
export { hoistConstants } from './graph/hoist-constants.ts';
export {
  addInitializer,
  findInitializer,
  removeInitializer,
  removeUnusedInitializers,
} from './graph/initializers.ts';
export { type Segment, type SegmentOptions, extractSegment } from './graph/extract-segment.ts';
export { valuesReadBy } from './graph/values-read-by.ts';
export { withOutputs } from './graph/with-outputs.ts';
export { replaceNode } from './graph/replace-node.ts';
export { requireOpset } from './graph/require-opset.ts';
export { standardOpset } from './graph/standard-opset.ts';
export { uniqueName } from './graph/unique-name.ts';
export { type NodeOptions, makeNode } from './graph/make-node.ts';
export { type TensorOptions, makeTensor } from './graph/make-tensor.ts';
export {
  type AttributeInput,
  type Attributes,
  type AttributeValue,
  type FloatAttribute,
  float,
  readAttributes,
} from './graph/attributes.ts';
export { GraphBuilder, type GraphBuilderOptions } from './build/graph-builder.ts';
export { valueInfo } from './build/value-info.ts';
