import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const KEY = 'transformers.js_config';

/**
 * Tells transformers.js in a folder's `config.json`, if it has one, about `model.onnx`: in a browser or from the hub it
 * fetches only external data that is declared. What the source said of its own files does not hold any more: a `dtype`
 * chooses among files.
 */
export async function declareData(options: { folder: string; files: 0 | 1 }): Promise<void> {
  const file = join(options.folder, 'config.json');
  const config = await readObject(file);
  if (config === undefined) return;
  const { dtype: _dtype, device_config: _device, ...kept } = asObject(config[KEY]) ?? {};
  const declared = { ...kept, use_external_data_format: { 'model.onnx': options.files } };
  await writeFile(file, `${JSON.stringify({ ...config, [KEY]: declared }, null, 2)}\n`);
}

async function readObject(file: string): Promise<Record<string, unknown> | undefined> {
  try {
    return asObject(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // What is not there, or no JSON, is not ours to mend.
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
