import { readdir } from 'node:fs/promises';
import { QuantloopError } from '@quantloop/core';
import { Checkpoint } from '../checkpoint/checkpoint.ts';
import { GENAI_CONFIG } from '../checkpoint/genai-config.ts';
import { findOnnxFiles } from './onnx-files.ts';

/** Files beside the weights that go into the model artifact where they exist. */
const SIDECARS = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  GENAI_CONFIG,
] as const;

/** Weights as PyTorch saves them. */
const PICKLE = /\.(bin|pt|pth|ckpt|pkl|pickle)$/;

/** The files of a source that decide what its import gives, relative to its folder. */
export interface SourceFiles {
  kind: 'checkpoint' | 'onnx';
  /** Safetensors with their index; or the ONNX model first, then its external data. */
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
  const weights = await findOnnxFiles(folder);
  if (weights !== undefined) return { kind: 'onnx', weights, sidecars };
  const pickle = entries.find((name) => PICKLE.test(name));
  if (pickle !== undefined) {
    throw new QuantloopError({
      code: 'unsupported',
      message: `${folder} holds its weights in ${pickle}, a pickle: reading one runs the code in it.`,
      hint: 'Take the safetensors of the model, or convert it where that code may run.',
    });
  }
  throw new QuantloopError({
    code: 'unsupported',
    message: `${folder} holds no model: looked for model.safetensors, model.safetensors.index.json, *.onnx and onnx/*.onnx.`,
    hint: 'Convert other formats (pytorch_model.bin, GGUF) to safetensors first; name an ONNX decoder model.onnx.',
  });
}
