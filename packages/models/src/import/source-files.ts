import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { verifyModel } from '@quantloop/onnx';
import { Checkpoint } from '../checkpoint/checkpoint.ts';

/** Files beside the weights that go into the model artifact where they exist. */
const SIDECARS = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
] as const;

/** The files of a source that decide what its import gives, relative to its folder. */
export interface SourceFiles {
  kind: 'checkpoint' | 'onnx';
  /** Safetensors with their index; or `model.onnx` first, then its external data. */
  weights: string[];
  sidecars: string[];
}

/**
 * Finds out what a model folder holds. Safetensors are preferred to a ready ONNX model beside them.
 *
 * @throws QuantloopError `model-corrupt` for damaged files, `unsupported` for a folder with neither
 */
export async function findSourceFiles(folder: string): Promise<SourceFiles> {
  const entries = await readdir(folder);
  const sidecars = SIDECARS.filter((name) => entries.includes(name));
  const index = entries.filter((name) => name === 'model.safetensors.index.json');
  if (entries.includes('model.safetensors') || index.length > 0) {
    await using checkpoint = await Checkpoint.open(folder);
    return { kind: 'checkpoint', weights: [...index, ...checkpoint.files], sidecars };
  }
  for (const model of ['model.onnx', join('onnx', 'model.onnx')]) {
    if ((await stat(join(folder, model)).catch(() => undefined)) === undefined) continue;
    const { externalFiles } = await verifyModel(join(folder, model));
    const data = externalFiles.map((location) => join(dirname(model), location));
    return { kind: 'onnx', weights: [model, ...data], sidecars };
  }
  throw new QuantloopError({
    code: 'unsupported',
    message: `${folder} holds no model: looked for model.safetensors, model.safetensors.index.json, model.onnx and onnx/model.onnx.`,
    hint: 'Convert other formats (pytorch_model.bin, GGUF) to safetensors first; name an ONNX decoder model.onnx.',
  });
}
