import { create } from '@bufbuild/protobuf';
import { type ValueInfoProto, ValueInfoProtoSchema } from '../file/generated/onnx_pb.ts';
import { ONNX_TYPES, type OnnxType } from '../types/onnx-type.ts';

/** Name, element type and shape of a tensor; a string in the shape names a free dimension, `''` leaves it unnamed. */
export function valueInfo(name: string, type: OnnxType, shape: readonly (number | string)[]): ValueInfoProto {
  const dim = shape.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : size === ''
          ? { case: undefined }
          : { case: 'dimParam' as const, value: size },
  }));
  const tensorType = { elemType: ONNX_TYPES[type].code, shape: { dim } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: tensorType } } });
}
