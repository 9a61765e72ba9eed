import { QuantloopError, suggestName } from '@quantloop/core';

/**
 * Element types by the names onnxruntime-node gives them, with their `TensorProto.data_type` code and width in bits.
 * Widths below 8 are packed, low bits first. `string` has no fixed width.
 */
export const ONNX_TYPES = {
  float32: { code: 1, bits: 32 },
  uint8: { code: 2, bits: 8 },
  int8: { code: 3, bits: 8 },
  uint16: { code: 4, bits: 16 },
  int16: { code: 5, bits: 16 },
  int32: { code: 6, bits: 32 },
  int64: { code: 7, bits: 64 },
  string: { code: 8, bits: 0 },
  bool: { code: 9, bits: 8 },
  float16: { code: 10, bits: 16 },
  float64: { code: 11, bits: 64 },
  uint32: { code: 12, bits: 32 },
  uint64: { code: 13, bits: 64 },
  complex64: { code: 14, bits: 64 },
  complex128: { code: 15, bits: 128 },
  bfloat16: { code: 16, bits: 16 },
  float8e4m3fn: { code: 17, bits: 8 },
  float8e4m3fnuz: { code: 18, bits: 8 },
  float8e5m2: { code: 19, bits: 8 },
  float8e5m2fnuz: { code: 20, bits: 8 },
  uint4: { code: 21, bits: 4 },
  int4: { code: 22, bits: 4 },
  float4e2m1: { code: 23, bits: 4 },
  float8e8m0: { code: 24, bits: 8 },
  uint2: { code: 25, bits: 2 },
  int2: { code: 26, bits: 2 },
} as const satisfies Record<string, { code: number; bits: number }>;

export type OnnxType = keyof typeof ONNX_TYPES;

const BY_CODE = new Map<number, OnnxType>(
  Object.entries(ONNX_TYPES).map(([name, { code }]) => [code, name as OnnxType]),
);

/** The name of a `TensorProto.data_type` code, or undefined for one this library does not know. */
export function onnxTypeOf(code: number): OnnxType | undefined {
  return BY_CODE.get(code);
}

/** Number of elements of a shape; a scalar (`[]`) has one. */
export function elementCount(dims: readonly number[]): number {
  let count = 1;
  for (const dim of dims) count *= dim;
  return count;
}

/** Bytes a dense tensor occupies; packed types are rounded up to a whole byte. `string` is refused. */
export function tensorByteLength(type: OnnxType, dims: readonly number[]): number {
  const facts = (ONNX_TYPES as Record<string, { bits: number }>)[type];
  if (facts === undefined || facts.bits === 0) {
    throw new QuantloopError({
      code: 'unsupported',
      message: `Tensors of type "${type}" have no fixed size.`,
      hint: suggestName(type, Object.keys(ONNX_TYPES)),
    });
  }
  return Math.ceil((elementCount(dims) * facts.bits) / 8);
}
