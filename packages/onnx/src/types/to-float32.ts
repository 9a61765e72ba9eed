import { QuantloopError } from '@quantloop/core';
import { bfloat16ToFloat32 } from './bfloat16.ts';
import { float16ToFloat32 } from './float16.ts';
import type { OnnxType } from './onnx-type.ts';

/** Element types that {@link toFloat32} reads. */
export const FLOAT_TYPES = [
  'float32',
  'float16',
  'bfloat16',
  'float64',
] as const satisfies readonly OnnxType[];

/**
 * Little-endian bytes of a floating point tensor as float32 (float64 is rounded). A float32 input is a view of the
 * same memory when aligned.
 */
export function toFloat32(type: OnnxType, bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const width = type === 'float64' ? 8 : type === 'float32' ? 4 : 2;
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const length = bytes.byteLength / width;
  switch (type) {
    case 'float32':
      return new Float32Array(buffer, byteOffset, length);
    case 'float16':
      return float16ToFloat32(new Uint16Array(buffer, byteOffset, length));
    case 'bfloat16':
      return bfloat16ToFloat32(new Uint16Array(buffer, byteOffset, length));
    case 'float64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, length));
    default:
      throw new QuantloopError({
        code: 'unsupported',
        message: `A tensor of type "${type}" cannot be read as float32.`,
        hint: `Known: ${FLOAT_TYPES.join(', ')}.`,
      });
  }
}
