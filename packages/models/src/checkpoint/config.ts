import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { z } from 'zod';
import { configFromGenai, readGenaiConfig } from './genai-config.ts';
import { readSidecar } from './read-sidecar.ts';

/** What every Hugging Face `config.json` says of itself; the architecture reads the rest. */
export const CheckpointConfig = z.looseObject({
  model_type: z.string().optional(),
  architectures: z.array(z.string()).nullish(),
  vocab_size: z.int().positive().optional(),
  quantization_config: z.unknown().optional(),
  /** Classes of the model's own Python code. */
  auto_map: z.unknown().optional(),
});
export type CheckpointConfig = z.infer<typeof CheckpointConfig>;

/**
 * Reads the `config.json` of a model folder; where there is none, what `genai_config.json` says in its place.
 *
 * @throws QuantloopError `model-corrupt` when it is missing or not JSON
 */
export async function readCheckpointConfig(folder: string): Promise<CheckpointConfig> {
  const file = join(folder, 'config.json');
  const fail = (problem: string, cause?: unknown) =>
    new QuantloopError({
      code: 'model-corrupt',
      message: `${file} ${problem}.`,
      hint: 'Give the folder of a Hugging Face checkpoint, with config.json, safetensors and tokenizer.json.',
      cause,
    });
  let text = await readSidecar(folder, 'config.json');
  if (text === undefined) {
    const genai = await readGenaiConfig(folder);
    if (genai === undefined) throw fail('cannot be read: it is not there');
    text = JSON.stringify(configFromGenai(genai));
  }
  try {
    return CheckpointConfig.parse(JSON.parse(text));
  } catch (cause) {
    throw fail('is not a model configuration', cause);
  }
}

/**
 * Validates a configuration against what an architecture needs, naming every key at fault.
 *
 * @throws QuantloopError `unsupported`
 */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  config: unknown,
  place: string,
): z.output<Schema> {
  const result = schema.safeParse(config);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new QuantloopError({
    code: 'unsupported',
    message: `${place}: ${problems.join('; ')}.`,
    hint: 'The architecture cannot be built from this config.json; check it against the original model.',
    cause: result.error,
  });
}
