import { float16ToFloat32 } from '@quantloop/onnx';
import type { Tensor } from 'onnxruntime-node';
import { float16Bits } from './float16-tensor.ts';

/** Row and column of each row's last token, for `forward`. */
export function lastPlaces(rows: readonly ArrayLike<number>[]): BigInt64Array {
  return BigInt64Array.from(rows.flatMap(({ length }, row) => [BigInt(row), BigInt(length - 1)]));
}

/** The logits of each row's last new token, `[rows, vocabulary]`, without a copy where there is only that one. */
export function lastLogits(options: {
  logits: Tensor;
  width: number;
  newTokens: readonly number[];
}): Float32Array {
  const { logits, width, newTokens } = options;
  const vocabulary = logits.dims[2]!;
  const half = logits.type === 'float16';
  const data = half ? float16Bits(logits) : (logits.data as Float32Array);
  if (width === 1) return half ? float16ToFloat32(data as Uint16Array) : (data as Float32Array);
  const last = new Float32Array(newTokens.length * vocabulary);
  newTokens.forEach((count, r) => {
    const start = (r * width + count - 1) * vocabulary;
    const row = data.subarray(start, start + vocabulary);
    last.set(half ? float16ToFloat32(row as Uint16Array) : row, r * vocabulary);
  });
  return last;
}
