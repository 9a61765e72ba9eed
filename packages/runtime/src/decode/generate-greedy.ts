import type { DecoderSession } from '../session/decoder-session.ts';
import { argmax } from './argmax.ts';
import { prefill } from './prefill.ts';
import { requireFiniteLogit } from './require-finite-logit.ts';
import { step } from './step.ts';

export interface GenerateOptions {
  session: DecoderSession;
  /** Token ids of each prompt, at least one. */
  prompts: readonly ArrayLike<number>[];
  maxNewTokens: number;
  /** Tokens that end a row; they are not part of the result. @default [] */
  eosIds?: readonly number[];
  /** Asked after each token of a row; true ends the row, the token stays in the result. */
  stop?: (row: number, generated: readonly number[]) => boolean;
  onToken?: (row: number, token: number) => void;
}

/**
 * Greedy decoding of a batch: the most likely token each time, until every row has ended. Rows that have ended are
 * carried along (their attention costs little) so that the batch keeps its shape.
 *
 * @returns the generated ids of each row, without prompt and end token.
 * @throws QuantloopError `non-finite` naming row and step where the model yields no finite logit.
 */
export async function generateGreedy(options: GenerateOptions): Promise<number[][]> {
  const { session, prompts, maxNewTokens, eosIds = [], stop, onToken } = options;
  const generated: number[][] = prompts.map(() => []);
  if (prompts.length === 0 || maxNewTokens <= 0) return generated;
  const ended = prompts.map(() => false);
  let result = await prefill({ session, prompts });
  try {
    for (let count = 0; ; count++) {
      const tokens = prompts.map((_, row) => {
        const token = argmax(result.logits, row, result.vocabularySize);
        if (ended[row] === true) return token;
        requireFiniteLogit(
          result.logits[row * result.vocabularySize + token],
          `token ${count} of row ${row}`,
          () => [...Array.from(prompts[row]!), ...generated[row]!],
        );
        if (eosIds.includes(token)) {
          ended[row] = true;
          return token;
        }
        generated[row]!.push(token);
        onToken?.(row, token);
        ended[row] = generated[row]!.length >= maxNewTokens || stop?.(row, generated[row]!) === true;
        return token;
      });
      if (ended.every(Boolean)) return generated;
      result = await step({ session, tokens, cache: result.cache });
    }
  } finally {
    result.cache.dispose();
  }
}
