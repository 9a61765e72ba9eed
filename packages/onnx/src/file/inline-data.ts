import type { TensorProto } from './generated/onnx_pb.ts';
import type { OnnxType } from '../types/onnx-type.ts';
import { asBytes } from '../types/as-bytes.ts';

/** Which typed field of `TensorProto` holds which element types, as little-endian bytes (onnx.proto, TensorProto). */
const TYPED_FIELDS: Partial<Record<OnnxType, (tensor: TensorProto) => ArrayBufferView>> = {
  float32: (t) => Float32Array.from(t.floatData),
  complex64: (t) => Float32Array.from(t.floatData),
  float64: (t) => Float64Array.from(t.doubleData),
  complex128: (t) => Float64Array.from(t.doubleData),
  int64: (t) => BigInt64Array.from(t.int64Data),
  uint64: (t) => BigUint64Array.from(t.uint64Data),
  uint32: (t) => Uint32Array.from(t.uint64Data, Number),
  int32: (t) => Int32Array.from(t.int32Data),
  int16: (t) => Int16Array.from(t.int32Data),
  uint16: (t) => Uint16Array.from(t.int32Data),
  float16: (t) => Uint16Array.from(t.int32Data),
  bfloat16: (t) => Uint16Array.from(t.int32Data),
};

/** The bytes of a tensor that is stored inside the model; types of a byte or less lie one byte to an `int32_data` entry. */
export function inlineData(tensor: TensorProto, type: OnnxType): Uint8Array {
  if (tensor.rawData.length > 0) return tensor.rawData;
  const field = TYPED_FIELDS[type] ?? ((t: TensorProto) => Uint8Array.from(t.int32Data));
  return asBytes(field(tensor));
}
