import { QuantloopError } from '@quantloop/core';
import { askServer } from './ask-server.ts';
import { CompletionAnswer } from './completion-answer.ts';
import type { ReachedServer } from './reach-server.ts';

/** Fields beyond OpenAI's that make an answer more exact; empty where the server refuses them. */
export interface Extras {
  /** vLLM's: which tokens an answer consists of. */
  tokenIds: { return_token_ids?: true };
}

/** Asks for one token, to see whether the server works and takes the extras. */
export async function agreeOnExtras({ connection, model }: ReachedServer, token: number): Promise<Extras> {
  const tokenIds = { return_token_ids: true } as const;
  const ask = (extras: Extras['tokenIds']) =>
    askServer({
      connection,
      path: '/completions',
      body: { model: model.name, prompt: [token], max_tokens: 1, temperature: 0, ...extras },
      answer: CompletionAnswer,
    });
  try {
    await ask(tokenIds);
    return { tokenIds };
  } catch (error) {
    if (!(error instanceof QuantloopError) || error.code !== 'invalid-spec') throw error;
    await ask({});
    return { tokenIds: {} };
  }
}
