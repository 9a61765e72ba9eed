import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTokenizer, type ModelTokenizer } from '@quantloop/models';
import { Arithmetic, openSession, type DecoderSession } from '@quantloop/runtime';
import type { Engine } from '@quantloop/core';
import { z } from 'zod';

/** A model ready to be asked: weights, tokenizer, and how much it reads at once. */
export interface TaskModel extends AsyncDisposable {
  session: DecoderSession;
  tokenizer: ModelTokenizer;
  /** Tokens it can read at once, found as lm-eval finds it. */
  maxLength: number;
  arithmetic: Arithmetic;
}

const Length = z.int().positive().optional().catch(undefined);
const Lengths = z.looseObject({
  n_positions: Length,
  max_position_embeddings: Length,
  n_ctx: Length,
  model_max_length: z.number().optional().catch(undefined),
});

/** lm-eval's default where neither the model nor the tokenizer tells. */
const DEFAULT_LENGTH = 2048;
/** transformers writes 1e30 for "no limit". */
const UNLIMITED = 1e9;

/**
 * Session settings for scoring. Other jobs may run beside it, and threads that spin while they wait take the cores from
 * them: with one competitor the same scoring takes 0.6 s without spinning and up to 1.9 s with it.
 */
export const BESIDE_OTHERS = { 'session.intra_op.allow_spinning': '0' };

/** Opens a model folder for scoring. Dispose it. */
export async function openTaskModel(folder: string, engine: Engine): Promise<TaskModel> {
  const tokenizer = await loadTokenizer(folder);
  const maxLength = await readMaxLength(folder);
  const session = await openSession({ folder, engine, extra: BESIDE_OTHERS });
  const arithmetic = new Arithmetic({ threads: engine.threads });
  return {
    session,
    tokenizer,
    maxLength,
    arithmetic,
    [Symbol.asyncDispose]: async () => {
      await arithmetic.release();
      await session.release();
    },
  };
}

/** config.json's n_positions, max_position_embeddings or n_ctx, else the tokenizer's limit, else 2048. */
export async function readMaxLength(folder: string): Promise<number> {
  const config = await readLengths(join(folder, 'config.json'));
  const own = config.n_positions ?? config.max_position_embeddings ?? config.n_ctx;
  if (own !== undefined) return own;
  const { model_max_length } = await readLengths(join(folder, 'tokenizer_config.json'));
  return model_max_length !== undefined && model_max_length < UNLIMITED ? model_max_length : DEFAULT_LENGTH;
}

async function readLengths(file: string): Promise<z.infer<typeof Lengths>> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const config = JSON.parse(text) as Record<string, unknown>;
  // Multimodal configurations keep the language model's below text_config, which lm-eval asks first.
  const nested = config.text_config;
  return Lengths.parse(typeof nested === 'object' && nested !== null ? { ...config, ...nested } : config);
}
