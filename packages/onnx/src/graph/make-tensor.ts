import { create } from '@bufbuild/protobuf';
import { type TensorProto, TensorProtoSchema } from '../file/generated/onnx_pb.ts';
import { asBytes } from '../types/as-bytes.ts';
import { float32ToBfloat16 } from '../types/bfloat16.ts';
import { float32ToFloat16 } from '../types/float16.ts';
import { ONNX_TYPES, type OnnxType, tensorByteLength } from '../types/onnx-type.ts';

/** From plain numbers to the bytes of an element type. */
const FROM_NUMBERS: Partial<Record<OnnxType, (values: readonly number[]) => ArrayBufferView>> = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  float16: (values) => float32ToFloat16(Float32Array.from(values)),
  bfloat16: (values) => float32ToBfloat16(Float32Array.from(values)),
  int8: (values) => Int8Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  bool: (values) => Uint8Array.from(values),
  int16: (values) => Int16Array.from(values),
  uint16: (values) => Uint16Array.from(values),
  int32: (values) => Int32Array.from(values),
  uint32: (values) => Uint32Array.from(values),
  int64: (values) => BigInt64Array.from(values, BigInt),
  uint64: (values) => BigUint64Array.from(values, BigInt),
};

export interface TensorOptions {
  name: string;
  type: OnnxType;
  dims: readonly number[];
  /** The bytes of the tensor in any view, or its elements as numbers. */
  data: ArrayBufferView | readonly number[];
}

/** A tensor stored inside the model. For weights use {@link ExternalDataWriter}. */
export function makeTensor(options: TensorOptions): TensorProto {
  const { name, type, dims, data } = options;
  const convert = FROM_NUMBERS[type];
  if (!ArrayBuffer.isView(data) && convert === undefined) {
    throw new RangeError(`"${name}": elements of ${type} must be given as packed bytes.`);
  }
  const bytes = asBytes(ArrayBuffer.isView(data) ? data : convert!(data));
  const expected = tensorByteLength(type, dims);
  if (bytes.byteLength !== expected) {
    throw new RangeError(
      `"${name}" ${type} [${dims.join(', ')}] takes ${expected} bytes, not ${bytes.byteLength}.`,
    );
  }
  return create(TensorProtoSchema, {
    name,
    dataType: ONNX_TYPES[type].code,
    dims: dims.map(BigInt),
    rawData: Uint8Array.from(bytes),
  });
}
