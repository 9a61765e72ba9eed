import type { TokenScore } from '@quantloop/runtime';
import type { TokenTexts } from '../generation/token-texts.ts';

/** `logprobs` of a completion. A prompt's first token has none: nothing comes before it. */
export interface CompletionLogprobs {
  tokens: string[];
  token_logprobs: (number | null)[];
  /** By text; beside the most likely ones the token itself. */
  top_logprobs: (Record<string, number> | null)[];
  /** Where each token's text begins, counted in characters from the beginning of all tokens' texts. */
  text_offset: number[];
}

/** Turns scores into `logprobs`, the offsets of each call going on from the last's. */
export function completionLogprobs(
  texts: TokenTexts,
): (tokens: readonly number[], scores: readonly (TokenScore | undefined)[]) => CompletionLogprobs {
  let offset = 0;
  return (tokens, scores) => ({
    tokens: tokens.map((token) => texts.of(token)),
    token_logprobs: scores.map((score) => score?.logProbability ?? null),
    top_logprobs: scores.map((score) => (score === undefined ? null : topByText(texts, score))),
    text_offset: tokens.map((token) => {
      const start = offset;
      offset += texts.of(token).length;
      return start;
    }),
  });
}

function topByText(texts: TokenTexts, { token, logProbability, top }: TokenScore): Record<string, number> {
  // From the least likely on: among tokens of one text the most likely one stays.
  const entries = [...top]
    .reverse()
    .map((entry): [string, number] => [texts.of(entry.token), entry.logProbability]);
  const byText = Object.fromEntries(entries);
  byText[texts.of(token)] ??= logProbability;
  return byText;
}
