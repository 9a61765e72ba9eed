import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { z } from 'zod';

export interface PromptVocabulary {
  /** Token ids that a prompt may consist of: the vocabulary without special tokens. */
  ids: Int32Array;
  /** Tokens the model can attend to; undefined where the configuration sets no limit. */
  contextLength: number | undefined;
}

const Id = z.int().nonnegative();
const ModelConfig = z.object({
  vocab_size: z.int().positive(),
  max_position_embeddings: z.int().positive().optional(),
  bos_token_id: z.union([Id, z.array(Id)]).nullish(),
  eos_token_id: z.union([Id, z.array(Id)]).nullish(),
  pad_token_id: Id.nullish(),
});
const Tokenizer = z.object({
  added_tokens: z.array(z.object({ id: Id, special: z.boolean().default(false) })).nullish(),
});

/**
 * Reads what prompts may be drawn from out of a model folder's `config.json` and `tokenizer.json`.
 *
 * @throws QuantloopError `model-corrupt` naming the file and what is wrong with it.
 */
export async function readPromptVocabulary(folder: string): Promise<PromptVocabulary> {
  const config = await readPart(folder, 'config.json', ModelConfig);
  const tokenizer = await readPart(folder, 'tokenizer.json', Tokenizer);
  const specialIds = new Set([
    ...(tokenizer.added_tokens ?? []).flatMap(({ id, special }) => (special ? [id] : [])),
    ...[config.bos_token_id, config.eos_token_id, config.pad_token_id].flat(),
  ]);
  const ids = Int32Array.from(Array(config.vocab_size).keys()).filter((id) => !specialIds.has(id));
  if (ids.length === 0)
    throw corrupt(join(folder, 'config.json'), 'every token of the vocabulary is a special one');
  return { ids, contextLength: config.max_position_embeddings };
}

async function readPart<T>(folder: string, name: string, schema: z.ZodType<T>): Promise<T> {
  const file = join(folder, name);
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw corrupt(file, error instanceof z.ZodError ? z.prettifyError(error) : String(error), error);
  }
}

function corrupt(file: string, problem: string, cause?: unknown): QuantloopError {
  return new QuantloopError({
    code: 'model-corrupt',
    message: `${file}: ${problem}`,
    hint: 'Import the model again: its folder needs config.json and tokenizer.json.',
    cause,
  });
}
