import { asBytes } from '@quantloop/onnx';
import { Tensor } from 'onnxruntime-node';
import { float16Tensor } from '../decode/float16-tensor.ts';

/** A tensor over little-endian bytes, without a copy where they are aligned. */
export function tensorFromBytes(
  type: Tensor.Type,
  bytes: Uint8Array<ArrayBuffer>,
  dims: readonly number[],
): Tensor {
  const view = VIEWS[type];
  if (view === undefined) throw new RangeError(`onnxruntime-node takes no tensors of type ${type}.`);
  const { buffer, byteOffset, byteLength } =
    bytes.byteOffset % view.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  const data = new view(buffer, byteOffset, byteLength / view.BYTES_PER_ELEMENT);
  if (type === 'float16') return float16Tensor(data as Uint16Array, dims);
  return new Tensor(type as 'float32', data as Float32Array, dims);
}

/** The bytes of a tensor on the CPU, without a copy. */
export function tensorBytes(tensor: Tensor): Uint8Array<ArrayBuffer> {
  return asBytes(tensor.data as unknown as ArrayBufferView<ArrayBuffer>);
}

const VIEWS: Partial<
  Record<
    Tensor.Type,
    {
      readonly BYTES_PER_ELEMENT: number;
      new (buffer: ArrayBuffer, offset: number, length: number): ArrayBufferView;
    }
  >
> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};
