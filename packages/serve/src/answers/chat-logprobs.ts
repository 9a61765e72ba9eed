import type { TokenScore } from '@quantloop/runtime';
import type { TokenTexts } from '../generation/token-texts.ts';

interface ChatLogprob {
  token: string;
  logprob: number;
  /** The token's text in UTF-8. */
  bytes: number[];
}

/** `logprobs` of a chat's answer. */
export interface ChatLogprobs {
  content: (ChatLogprob & { top_logprobs: ChatLogprob[] })[];
}

export function chatLogprobs(texts: TokenTexts, scores: readonly TokenScore[]): ChatLogprobs {
  const entry = (token: number, logprob: number): ChatLogprob => {
    const text = texts.of(token);
    return { token: text, logprob, bytes: [...Buffer.from(text)] };
  };
  return {
    content: scores.map(({ token, logProbability, top }) => ({
      ...entry(token, logProbability),
      top_logprobs: top.map((each) => entry(each.token, each.logProbability)),
    })),
  };
}
