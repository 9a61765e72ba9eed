import { Tensor } from 'onnxruntime-node';

/**
 * A float16 tensor that onnxruntime-node 1.30 accepts. Where JavaScript has a Float16Array (Node ≥ 24) the tensor
 * holds one, and the binding, which knows only Uint16Array, refuses it with "not enough space".
 */
export function float16Tensor(bits: Uint16Array, dims: readonly number[]): Tensor {
  const tensor = new Tensor('float16', bits, dims);
  (tensor as unknown as { cpuData: Uint16Array }).cpuData = bits;
  return tensor;
}

/** The bits of a float16 tensor, without a copy. */
export function float16Bits(tensor: Tensor): Uint16Array {
  const data = tensor.data as unknown as Uint16Array;
  return new Uint16Array(data.buffer, data.byteOffset, data.length);
}

/** Tensors as inputs: float16 ones wrapped again, all others as they are. */
export function runnable(tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    feeds[name] = tensor.type === 'float16' ? float16Tensor(float16Bits(tensor), tensor.dims) : tensor;
  }
  return feeds;
}
