import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** As a quantizer would: every float32 weight of a model folder to a multiple of 1/`steps`. */
export async function roundWeights(folder: string, steps: number): Promise<void> {
  const file = join(folder, 'model.onnx_data');
  const bytes = await readFile(file);
  const weights = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  // A new file: the old one may be shared with the model it was copied from.
  await rm(file);
  await writeFile(file, Buffer.from(weights.map((value) => Math.round(value * steps) / steps).buffer));
}
