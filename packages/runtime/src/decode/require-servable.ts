import { QuantloopError } from '@quantloop/core';
import type { GenerationRequest } from './generation-request.ts';

/** @throws QuantloopError `invalid-spec` where a prompt is empty, too long with what is to follow, or has unknown tokens. */
export function requireServable(
  { prompt, maxNewTokens }: GenerationRequest,
  { vocabularySize, maxLength }: { vocabularySize: number; maxLength: number },
): void {
  if (prompt.length === 0) throw refused('the prompt is empty');
  if (prompt.length + maxNewTokens > maxLength) {
    throw refused(
      `${prompt.length} prompt and ${maxNewTokens} new tokens are more than the ${maxLength} that fit`,
    );
  }
  const unknown = Array.from(prompt).find((token) => !(token >= 0 && token < vocabularySize));
  if (unknown !== undefined) throw refused(`token ${unknown} is outside the vocabulary of ${vocabularySize}`);
}

function refused(message: string): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message,
    hint: "Give a prompt of the model's own tokens, and leave room for the new ones.",
  });
}
