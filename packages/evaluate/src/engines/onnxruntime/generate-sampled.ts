import { ContinuousBatch, sampler, type DecoderSession, type SamplingOptions } from '@quantloop/runtime';

/**
 * Answers drawn at random, each by its own generator: what a prompt gets does not depend on how many others are asked.
 *
 * @returns the ids of each row, without prompt and end token, in the order of the prompts.
 */
export async function generateSampled(options: {
  session: DecoderSession;
  prompts: readonly (readonly number[])[];
  /** One a prompt. */
  sampling: readonly SamplingOptions[];
  maxNewTokens: number;
  eosIds: readonly number[];
  /** Asked after each token; true ends the row, the token stays in the result. */
  stop: (generated: readonly number[]) => boolean;
  /** Tokens of prompt and answer that the model reads. */
  maxLength: number;
  signal: AbortSignal | undefined;
}): Promise<number[][]> {
  const { session, prompts, sampling, maxNewTokens, eosIds, stop, maxLength, signal } = options;
  await using batch = new ContinuousBatch({ session, maxLength });
  // Awaited here: the batch closes when this function is left.
  return await Promise.all(
    prompts.map(async (prompt, row) => {
      const generated: number[] = [];
      const request = { prompt, maxNewTokens, eosIds, choose: sampler(sampling[row]!) };
      for await (const { token } of batch.submit({ ...request, ...(signal !== undefined && { signal }) })) {
        generated.push(token);
        if (stop(generated)) break;
      }
      return generated;
    }),
  );
}
