import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of a model folder that are written anew. */
const REWRITTEN = new Set(['model.onnx', 'model.onnx_data', 'quantization.json']);

/**
 * Copies configuration, tokenizer, licence: whatever lies beside the model.
 *
 * @param data the model's data files, which are not copied
 */
export async function copyOtherFiles(source: string, target: string, data: readonly string[]): Promise<void> {
  for (const entry of await readdir(source)) {
    if (REWRITTEN.has(entry) || data.includes(entry)) continue;
    await cp(join(source, entry), join(target, entry), { recursive: true, dereference: true });
  }
}
