import { QuantloopError } from '@quantloop/core';
import { asBytes, toFloat32, type ModelProto, type TensorReader } from '@quantloop/onnx';
import { tokenFeeds } from '../calibrate/calibration-feeds.ts';
import { GraphWalk } from '../calibrate/graph-walk.ts';
import type { Cache } from './find-caches.ts';

/**
 * The largest magnitude of every channel of every cache, [heads, width], over the given tokens. The model is walked
 * layer by layer; memory holds one of them.
 *
 * @throws QuantloopError `non-finite`, naming the cache
 */
export async function measureCaches(options: {
  caches: readonly Cache[];
  model: ModelProto;
  reader: TensorReader;
  sequences: readonly ArrayLike<number>[];
  scratch: string;
  signal?: AbortSignal | undefined;
  onProgress?: (done: number, name: string) => void;
}): Promise<Float32Array[]> {
  const { caches, model, reader, sequences, scratch, signal, onProgress } = options;
  const targets = caches.map(({ present }) => present.name);
  const feeds = tokenFeeds(model, sequences);
  await using walk = await GraphWalk.open({ model, reader, targets, feeds, scratch, signal });
  const magnitudes: Float32Array[] = [];
  for (const [index, { present, heads, width }] of caches.entries()) {
    onProgress?.(index, present.name);
    const largest = new Float32Array(heads * width);
    for await (const tensor of walk.batchesOf(present.name)) {
      const bytes = asBytes(tensor.data as unknown as ArrayBufferView) as Uint8Array<ArrayBuffer>;
      const values = toFloat32(tensor.type as 'float32' | 'float16', bytes);
      raise(largest, values, tensor.dims[2]!, width);
    }
    if (!largest.every(Number.isFinite)) throw notFinite(present.name);
    magnitudes.push(largest);
  }
  return magnitudes;
}

/** `values` [batch, heads, tokens, width] → maxima of magnitudes; NaN stays. */
function raise(largest: Float32Array, values: Float32Array, tokens: number, width: number): void {
  for (let row = 0, start = 0; start < values.length; row++, start += width) {
    const head = (Math.floor(row / tokens) * width) % largest.length;
    for (let i = 0; i < width; i++)
      largest[head + i] = Math.max(largest[head + i]!, Math.abs(values[start + i]!));
  }
}

function notFinite(name: string): QuantloopError {
  return new QuantloopError({
    code: 'non-finite',
    message: `Calibration: "${name}" is not finite on the calibration text, and has no scale.`,
    hint: 'Check the model on its own: it gives NaN or infinity, or overflows float16.',
  });
}
