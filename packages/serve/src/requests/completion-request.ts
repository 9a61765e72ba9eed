import { z } from 'zod';
import { generationFields, MOST_LOGPROBS } from './generation-fields.ts';

const Tokens = z.array(z.int().nonnegative()).min(1);

/** The body of `POST /v1/completions`. */
export const CompletionRequest = z.strictObject({
  ...generationFields,
  prompt: z.union([
    z.string().transform((text) => [text]),
    z.array(z.string()).min(1),
    Tokens.transform((tokens) => [tokens]),
    z.array(Tokens).min(1),
  ]),
  max_tokens: z.int().min(0).default(16),
  /** Give the prompt back too, with its log-probabilities where they are asked for. */
  echo: z.boolean().default(false),
  logprobs: z.int().min(0).max(MOST_LOGPROBS).optional(),
});
export type CompletionRequest = z.output<typeof CompletionRequest>;
