import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { QuantloopError, type OnnxRuntimeEngine } from '@quantloop/core';
import { DecoderSession } from './decoder-session.ts';
import { readDecoderShape } from './decoder-shape.ts';
import { decodingModel } from './decoding-model.ts';
import { openGraph } from './open-graph.ts';
import { type PreparedModel, scoringModel } from './scoring-model.ts';

export interface OpenSessionOptions {
  /** A model artifact's folder. */
  folder: string;
  engine: OnnxRuntimeEngine;
  /** @default 'model.onnx' */
  file?: string;
  /** Further session configuration entries of ONNX Runtime. */
  extra?: Record<string, string>;
  /**
   * For `scoreSequences`: the graph is opened so that logits are made only where they are scored and continuations of
   * one text share a row, as far as it allows either. All else works as before. @default false
   */
  scoring?: boolean;
  /**
   * For `ContinuousBatch` and the like: the graph is opened so that a step puts out the keys and values of its own tokens
   * alone, and a prompt the logits of its last, as far as it allows either. A `KvCache` given to `forward` is then written
   * over. @default false
   */
  decoding?: boolean;
}

/**
 * Opens the decoder of a model folder on the target's engine.
 *
 * @throws QuantloopError `unsupported` where the provider is not there, `model-corrupt` where the file is missing,
 * broken, or no decoder with a KV cache.
 */
export async function openSession(options: OpenSessionOptions): Promise<DecoderSession> {
  const file = join(options.folder, options.file ?? 'model.onnx');
  const { provider, threads } = options.engine;
  await access(file).catch((cause: unknown) => {
    throw new QuantloopError({
      code: 'model-corrupt',
      message: `the model folder has no ${file}`,
      hint: 'Give the folder of an imported or quantized model.',
      cause,
    });
  });
  const { model, extra, branchLimit, cacheLimit } = await modelFor(options, file);
  const inference = await openGraph({
    model,
    what: file,
    provider,
    ...(threads === undefined ? {} : { threads }),
    extra: { ...extra, ...options.extra },
  });
  try {
    return new DecoderSession({
      inference,
      shape: readDecoderShape(inference, file),
      file,
      threads,
      branchLimit,
      cacheLimit,
    });
  } catch (error) {
    await inference.release();
    throw error;
  }
}

async function modelFor(
  { engine, scoring, decoding }: OpenSessionOptions,
  file: string,
): Promise<PreparedModel> {
  if (scoring === true) return scoringModel(file, engine.provider);
  return decoding === true ? decodingModel(file, engine.provider) : { model: file, extra: {} };
}
