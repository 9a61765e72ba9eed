import { PromptAnswers } from '@quantloop/core';
import { z } from 'zod';

/** `answers.json`: what the trials of a run answered to the prompts of its campaign. */
export const AnswersFile = z.strictObject({
  schemaVersion: z.literal(1),
  /** By trial id. */
  answers: z.record(z.string(), PromptAnswers),
});
export type AnswersFile = z.infer<typeof AnswersFile>;
