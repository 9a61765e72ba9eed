import type { EncodedPair } from './encode-pairs.ts';
import type { DocumentBatch } from './score-documents.ts';

export interface PairScore {
  /** Σ log p of the continuation's tokens. */
  loglikelihood: number;
  greedy: boolean;
}

/** Scores pairs of a batch of documents in one go, so that equal contexts meet. */
export async function scorePairs(
  batch: Pick<DocumentBatch, 'model' | 'signal'>,
  pairs: readonly (EncodedPair & { label: string })[],
): Promise<PairScore[]> {
  const scores = await batch.model.score(pairs, batch.signal === undefined ? {} : { signal: batch.signal });
  return scores.map(({ logProbabilities, greedy }) => {
    let loglikelihood = 0;
    for (const value of logProbabilities) loglikelihood += value;
    return { loglikelihood, greedy };
  });
}
