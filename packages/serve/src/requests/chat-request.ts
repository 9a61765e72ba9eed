import { z } from 'zod';
import { generationFields, MOST_LOGPROBS } from './generation-fields.ts';

const Content = z.union([
  z.string(),
  z
    .array(z.strictObject({ type: z.literal('text'), text: z.string() }))
    .transform((parts) => parts.map(({ text }) => text).join('')),
]);

/** The body of `POST /v1/chat/completions`. */
export const ChatRequest = z
  .strictObject({
    ...generationFields,
    messages: z.array(z.strictObject({ role: z.string(), content: Content })).min(1),
    max_tokens: z.int().min(1).optional(),
    /** OpenAI's newer name of `max_tokens`. */
    max_completion_tokens: z.int().min(1).optional(),
    logprobs: z.boolean().default(false),
    top_logprobs: z.int().min(0).max(MOST_LOGPROBS).optional(),
  })
  .refine(({ logprobs, top_logprobs }) => logprobs || top_logprobs === undefined, {
    path: ['top_logprobs'],
    error: 'needs logprobs: true',
  });
export type ChatRequest = z.output<typeof ChatRequest>;
