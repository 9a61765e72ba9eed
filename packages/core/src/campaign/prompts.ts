import { z } from 'zod';

/** One turn of a conversation, as chat templates take it. */
export const Message = z.strictObject({ role: z.string(), content: z.string() });
export type Message = z.infer<typeof Message>;

/** A text, or a conversation to go on with. */
export const Prompt = z.union([z.string(), z.array(Message).min(1)]);
export type Prompt = z.infer<typeof Prompt>;

/** How tokens are drawn at random: temperature, then the most likely `topK`, then the nucleus `topP`. */
export const Sampling = z.strictObject({
  temperature: z.number().positive().default(1),
  /** @default among all tokens */
  topK: z.int().positive().optional(),
  /** @default 1 */
  topP: z.number().positive().max(1).optional(),
  /** @default the campaign's */
  seed: z.int().nonnegative().optional(),
});
export type Sampling = z.infer<typeof Sampling>;

/** As written in a campaign file. */
export const PromptsItem = z.strictObject({
  /** Themselves, or JSON lines with such in a field, or plain text with one a line. */
  prompts: z.union([
    z.array(Prompt).min(1),
    z.strictObject({ file: z.string(), field: z.string().default('prompt') }),
  ]),
  /** Tokens of an answer at most. */
  newTokens: z.int().positive().default(64),
  /** Each prompt is answered at random as well. @default greedily only */
  sampling: Sampling.optional(),
  /** `false`: texts are continued as they stand. @default in the tokenizer's chat template where it has one */
  chat: z.literal(false).optional(),
});
export type PromptsItem = z.infer<typeof PromptsItem>;
