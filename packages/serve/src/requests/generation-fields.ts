import { z } from 'zod';

const Probability = z.number().positive().max(1);
const Penalty = z.number().min(-2).max(2);

/** Fields of both kinds of request: OpenAI's, and those vLLM adds. */
export const generationFields = {
  model: z.string(),
  temperature: z.number().min(0).max(2).default(1),
  top_p: Probability.default(1),
  /** 0 and −1: all tokens. */
  top_k: z.int().min(-1).default(0),
  /** @default another one each time */
  seed: z.int().optional(),
  /** Answers to each prompt. */
  n: z.int().min(1).max(128).default(1),
  stop: z
    .union([z.string().transform((text) => [text]), z.array(z.string()).max(16)])
    .default([])
    .transform((texts) => texts.filter((text) => text !== '')),
  presence_penalty: Penalty.default(0),
  frequency_penalty: Penalty.default(0),
  stream: z.boolean().default(false),
  stream_options: z
    .strictObject({
      /** A last event with the counts. */
      include_usage: z.boolean().default(false),
      /** The counts so far with every event. */
      continuous_usage_stats: z.boolean().default(false),
    })
    .prefault({}),
  /** Go on past end tokens. */
  ignore_eos: z.boolean().default(false),
  /** Token ids beside the text. */
  return_token_ids: z.boolean().default(false),
  /** Who asks; not used. */
  user: z.string().optional(),
};

export type GenerationFields = z.output<z.ZodObject<typeof generationFields>>;

/** Alternatives named beside a token, at most. */
export const MOST_LOGPROBS = 20;
