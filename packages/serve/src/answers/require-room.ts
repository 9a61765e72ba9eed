import { ApiError } from '../http/api-error.ts';
import type { ServedModel } from '../served-model.ts';

/** Refuses what does not fit into the model's context. */
export function requireRoom(
  { contextLength }: ServedModel,
  prompt: readonly number[],
  maxTokens: number,
  param: string,
): void {
  if (prompt.length + maxTokens <= contextLength) return;
  throw new ApiError({
    statusCode: 400,
    message:
      `The model's context is ${contextLength} tokens; ` +
      `the prompt has ${prompt.length} and ${maxTokens} are to be generated.`,
    param,
    code: 'context_length_exceeded',
  });
}
