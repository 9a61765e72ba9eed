import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** Runs `model.onnx` of a folder once on the CPU; float32 or int64 in, float32 out, outputs by name. */
export async function runModel(
  folder: string,
  inputs: Record<string, { data: Float32Array | BigInt64Array; dims: number[] }>,
): Promise<Record<string, Float32Array>> {
  const session = await InferenceSession.create(join(folder, 'model.onnx'), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, { data, dims }]) => [
        name,
        data instanceof Float32Array ? new Tensor('float32', data, dims) : new Tensor('int64', data, dims),
      ]),
    );
    const outputs = await session.run(feeds);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]),
    );
  } finally {
    await session.release();
  }
}

/** [m, k] · [k, n] in double precision. */
export function matMul(x: ArrayLike<number>, w: ArrayLike<number>, k: number, n: number): Float64Array {
  const m = x.length / k;
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      for (let j = 0; j < n; j++) out[i * n + j]! += x[i * k + p]! * w[p * n + j]!;
    }
  }
  return out;
}

/** ‖a − b‖ / ‖b‖, 0 for equal vectors. */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / norm);
}
