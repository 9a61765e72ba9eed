import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TensorReader } from '@quantloop/onnx';

/** Bytes on disk of all that the graph needs: `model.onnx` and its external data. The tokenizer is not counted. */
export async function modelBytes(folder: string): Promise<number> {
  const file = join(folder, 'model.onnx');
  await using reader = await TensorReader.open(file);
  const tensors = reader.model.graph?.initializer ?? [];
  const locations = tensors.flatMap(({ externalData }) =>
    externalData.flatMap(({ key, value }) => (key === 'location' ? [join(dirname(file), value)] : [])),
  );
  const sizes = await Promise.all(
    [...new Set([file, ...locations])].map(async (path) => (await stat(path)).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
