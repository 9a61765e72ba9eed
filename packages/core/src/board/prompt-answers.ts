import { z } from 'zod';

/** What can be seen to be wrong with an answer without knowing the right one. */
export const Fault = z.enum(['loops', 'empty', 'truncated', 'off_script']);
export type Fault = z.infer<typeof Fault>;

export const Answer = z.strictObject({
  text: z.string(),
  /** Ids, without the end token. */
  tokens: z.array(z.int().nonnegative()),
  faults: z.array(Fault),
  /** First place at which it departs from the baseline's: counts of tokens and of UTF-16 units before it. */
  difference: z.strictObject({ token: z.int().nonnegative(), character: z.int().nonnegative() }).optional(),
});
export type Answer = z.infer<typeof Answer>;

/** JSON artifact: what a model answered to the prompts of a campaign, in their order. */
export const PromptAnswers = z.strictObject({
  /** Digest of the prompts and of how they were asked: other answers are not compared. */
  asked: z.string(),
  answers: z.array(
    z.strictObject({
      /** As the model read it, in its chat template where that was applied. */
      prompt: z.string(),
      greedy: Answer,
      sampled: Answer.optional(),
    }),
  ),
});
export type PromptAnswers = z.infer<typeof PromptAnswers>;
