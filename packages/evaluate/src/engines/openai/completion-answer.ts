import { z } from 'zod';

const Logprob = z.number().nullable();

/** `logprobs` of a completion, as far as it is read. */
export const Logprobs = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(Logprob),
  top_logprobs: z.array(z.record(z.string(), z.number()).nullable()).nullish(),
});
export type Logprobs = z.infer<typeof Logprobs>;

/** What of a completion, or of one event of its stream, is read. */
export const CompletionAnswer = z.object({
  choices: z.array(
    z.object({
      text: z.string(),
      logprobs: Logprobs.nullish(),
      finish_reason: z.string().nullish(),
      /** vLLM's, where asked for. */
      token_ids: z.array(z.int()).nullish(),
    }),
  ),
  usage: z.object({ completion_tokens: z.int().nonnegative() }).nullish(),
});
export type CompletionAnswer = z.infer<typeof CompletionAnswer>;
