import { QuantloopError } from '@quantloop/core';
import type { ModelTokenizer } from '@quantloop/models';
import type { ScoredSequence, SequenceScore } from '@quantloop/runtime';
import { askServer } from './ask-server.ts';
import { checkLogprobs } from './check-logprobs.ts';
import { CompletionAnswer } from './completion-answer.ts';
import type { ReachedServer } from './reach-server.ts';

/** Tokens generated behind what is scored: not every server takes 0, and lm-eval's client asks for one as well. */
export const GENERATED = 1;

/** The log-probabilities of a sequence's tokens: the server is sent all of them and gives them back with theirs. */
export async function scoreTokens(
  { connection, model }: ReachedServer,
  tokenizer: ModelTokenizer,
  sequence: ScoredSequence,
  signal?: AbortSignal,
): Promise<SequenceScore> {
  const tokens = Array.from(sequence.tokens);
  const label = sequence.label ?? 'a sequence';
  const answer = await askServer({
    connection,
    path: '/completions',
    body: {
      model: model.name,
      prompt: tokens,
      max_tokens: GENERATED,
      temperature: 0,
      logprobs: 1,
      echo: true,
    },
    answer: CompletionAnswer,
    ...(signal === undefined ? {} : { signal }),
  });
  const logprobs = answer.choices[0]?.logprobs;
  if (logprobs == null || logprobs.tokens.length <= GENERATED) {
    throw new QuantloopError({
      code: 'unsupported',
      message: `${connection.url} gives no log-probabilities of a prompt (completions with echo and logprobs)`,
      hint: 'Ask it for generation tasks only, or measure fidelity with engine: { kind: onnxruntime }.',
    });
  }
  const generated = Math.min(GENERATED, Math.max(0, logprobs.tokens.length - tokens.length));
  checkLogprobs({ logprobs, tokens, generated, tokenizer, label });
  const { token_logprobs, top_logprobs } = logprobs;
  const logProbabilities = Float32Array.from(
    token_logprobs.slice(sequence.from, tokens.length),
    (value) => value!,
  );
  const greedy = logProbabilities.every((_, i) => {
    const at = sequence.from + i;
    return token_logprobs[at]! >= Math.max(...Object.values(top_logprobs?.[at] ?? {}));
  });
  return { logProbabilities, greedy };
}
