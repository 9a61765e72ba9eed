import type { Checkpoint } from '@quantloop/artifacts';
import { asBytes } from '@quantloop/onnx';
import type { Cache } from './find-caches.ts';

const BLOCK = 'kv-cache';

/** The magnitudes of caches: taken from the checkpoint, or computed and put there. */
export async function keptMagnitudes(options: {
  caches: readonly Cache[];
  checkpoint: Pick<Checkpoint, 'read' | 'write'> | undefined;
  compute: () => Promise<Float32Array[]>;
}): Promise<Float32Array[]> {
  const { caches, checkpoint, compute } = options;
  const sizes = caches.map(({ heads, width }) => heads * width);
  const bytes = await checkpoint?.read(BLOCK);
  if (bytes !== undefined && bytes.byteLength === 4 * sizes.reduce((sum, size) => sum + size, 0)) {
    const all = new Float32Array(Uint8Array.from(bytes).buffer);
    let start = 0;
    return sizes.map((size) => all.subarray(start, (start += size)));
  }
  const magnitudes = await compute();
  await checkpoint?.write(BLOCK, Buffer.concat(magnitudes.map(asBytes)));
  return magnitudes;
}
