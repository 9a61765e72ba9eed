import { z } from 'zod';
import { readSidecar } from '../checkpoint/read-sidecar.ts';

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

/** Tokens a model reads at once: config.json's n_positions, max_position_embeddings or n_ctx, else the tokenizer's limit, else 2048. */
export async function readMaxLength(folder: string): Promise<number> {
  const config = await readLengths(folder, 'config.json');
  const own = config.n_positions ?? config.max_position_embeddings ?? config.n_ctx;
  if (own !== undefined) return own;
  const { model_max_length } = await readLengths(folder, 'tokenizer_config.json');
  return model_max_length !== undefined && model_max_length < UNLIMITED ? model_max_length : DEFAULT_LENGTH;
}

async function readLengths(folder: string, name: string): Promise<z.infer<typeof Lengths>> {
  const text = (await readSidecar(folder, name)) ?? '{}';
  const config = JSON.parse(text) as Record<string, unknown>;
  // Multimodal configurations keep the language model's below text_config, which lm-eval asks first.
  const nested = config.text_config;
  return Lengths.parse(typeof nested === 'object' && nested !== null ? { ...config, ...nested } : config);
}
