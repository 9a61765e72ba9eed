import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dataFiles, readModel } from '@quantloop/onnx';

/** Bytes on disk of all that the graph needs: `model.onnx` and its external data. The tokenizer is not counted. */
export async function modelBytes(folder: string): Promise<number> {
  const file = join(folder, 'model.onnx');
  const data = dataFiles(await readModel(file)).map((name) => join(dirname(file), name));
  const sizes = await Promise.all([file, ...data].map(async (path) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
