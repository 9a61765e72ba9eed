import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { verifyModel } from '@quantloop/onnx';
import { readGenaiConfig } from '../checkpoint/genai-config.ts';

/**
 * Names of an unquantized decoder with cache, best first: what this project and Optimum write, transformers.js keeps in
 * `onnx/`, older exports merged, and half precision where there is nothing else.
 */
const MODEL_NAMES = ['model.onnx', 'decoder_model_merged.onnx', 'model_fp16.onnx'].flatMap((name) => [
  name,
  `onnx/${name}`,
]);

/** The model and its external data, relative to the folder; undefined when it holds no ONNX file at all. */
export async function findOnnxFiles(folder: string): Promise<string[] | undefined> {
  const names = await onnxNames(folder);
  if (names.length === 0) return undefined;
  const model = chooseOnnx(names, (await readGenaiConfig(folder))?.model.decoder.filename);
  if (model === undefined) {
    throw new QuantloopError({
      code: 'unsupported',
      message: `${folder} holds ${names.join(', ')}: which of them is the decoder cannot be told.`,
      hint: `Name the unquantized decoder with KV cache model.onnx. Looked for ${MODEL_NAMES.join(', ')}.`,
    });
  }
  const { externalFiles } = await verifyModel(join(folder, model));
  return [model, ...externalFiles.map((location) => join(dirname(model), location))];
}

/**
 * The decoder among the ONNX files of a folder or repository: the one that onnxruntime-genai's configuration names, one
 * of the usual names, or the only one.
 */
export function chooseOnnx(names: readonly string[], genai?: string): string | undefined {
  const wanted = [...(genai === undefined ? [] : [genai]), ...MODEL_NAMES];
  return wanted.find((name) => names.includes(name)) ?? (names.length === 1 ? names[0] : undefined);
}

async function onnxNames(folder: string): Promise<string[]> {
  const list = (path: string) => readdir(join(folder, path)).catch(() => []);
  const inside = (await list('onnx')).map((name) => `onnx/${name}`);
  return [...(await list('')), ...inside].filter((name) => name.endsWith('.onnx')).sort();
}
