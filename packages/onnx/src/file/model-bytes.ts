import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dataFiles } from './data-files.ts';
import { readModel } from './read-model.ts';

/**
 * Bytes on disk of all that the graph needs: `model.onnx` and its external data. The tokenizer is not counted. Of a folder
 * without an ONNX model, served by something else: all of its files.
 */
export async function modelBytes(folder: string): Promise<number> {
  const file = join(folder, 'model.onnx');
  if (!existsSync(file)) return folderBytes(folder);
  const data = dataFiles(await readModel(file)).map((name) => join(dirname(file), name));
  const sizes = await Promise.all([file, ...data].map(async (path) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true });
  const stats = await Promise.all(entries.map((name) => stat(join(folder, name))));
  return stats.reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
}
