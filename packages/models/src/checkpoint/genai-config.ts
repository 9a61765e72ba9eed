import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { z } from 'zod';
import { readSidecar } from './read-sidecar.ts';

/** The configuration that onnxruntime-genai reads beside the model. */
export const GENAI_CONFIG = 'genai_config.json';

const Count = z.int().positive().optional();
const TokenId = z.int().nonnegative().optional();

const GenaiConfig = z.looseObject({
  model: z.looseObject({
    type: z.string().optional(),
    vocab_size: Count,
    context_length: Count,
    bos_token_id: TokenId,
    eos_token_id: z.union([TokenId, z.array(z.int().nonnegative())]),
    pad_token_id: TokenId,
    decoder: z.looseObject({
      filename: z.string(),
      hidden_size: Count,
      head_size: Count,
      num_attention_heads: Count,
      num_key_value_heads: Count,
      num_hidden_layers: Count,
    }),
  }),
});
export type GenaiConfig = z.infer<typeof GenaiConfig>;

/**
 * Reads a folder's `genai_config.json`; undefined when there is none.
 *
 * @throws QuantloopError `model-corrupt`
 */
export async function readGenaiConfig(folder: string): Promise<GenaiConfig | undefined> {
  const file = join(folder, GENAI_CONFIG);
  const text = await readSidecar(folder, GENAI_CONFIG);
  if (text === undefined) return undefined;
  try {
    return GenaiConfig.parse(JSON.parse(text));
  } catch (cause) {
    throw new QuantloopError({
      code: 'model-corrupt',
      message: `${file} is no configuration of onnxruntime-genai.`,
      hint: 'Its model builder writes the file; it names the decoder in model.decoder.filename.',
      cause,
    });
  }
}

/** What a Hugging Face `config.json` would say: the model builder of onnxruntime-genai writes none. */
export function configFromGenai({ model }: GenaiConfig): Record<string, unknown> {
  const { decoder } = model;
  const { hidden_size, num_attention_heads, num_key_value_heads, num_hidden_layers } = decoder;
  const known = {
    model_type: model.type,
    vocab_size: model.vocab_size,
    max_position_embeddings: model.context_length,
    bos_token_id: model.bos_token_id,
    eos_token_id: model.eos_token_id,
    pad_token_id: model.pad_token_id,
    hidden_size,
    head_dim: decoder.head_size,
    num_attention_heads,
    num_key_value_heads,
    num_hidden_layers,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

/** Makes `genai_config.json` of a model folder name the model as it is called there. */
export async function renameInGenaiConfig(folder: string, config: GenaiConfig): Promise<void> {
  if (config.model.decoder.filename === 'model.onnx') return;
  const decoder = { ...config.model.decoder, filename: 'model.onnx' };
  const renamed = { ...config, model: { ...config.model, decoder } };
  await writeFile(join(folder, GENAI_CONFIG), `${JSON.stringify(renamed, null, 4)}\n`);
}
