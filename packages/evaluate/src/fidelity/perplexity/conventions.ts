import type { Estimate, PerplexityConvention } from '@quantloop/core';
import type { ModelTokenizer } from '@quantloop/models';
import type { ScoredSequence } from '@quantloop/runtime';
import { corpusInterval, ratioStatistic } from '../../statistics/corpus-statistic.ts';
import { Z95 } from '../../statistics/student-t.ts';

/** Negative log-likelihoods of the scored tokens of each chunk, in nats. */
export interface ChunkLosses {
  sums: readonly number[];
  /** Sums of their squares. */
  squares: readonly number[];
  counts: readonly number[];
}

/** How a stream of tokens is cut, what of it is scored, and how sure the result is. */
export interface Perplexity {
  /** Chunks that a text must fill at least. */
  leastChunks: number;
  /** Chunks do not overlap; what does not fill the last one is left out. */
  chunk(tokens: readonly number[], tokenizer: Pick<ModelTokenizer, 'addsBos' | 'bosId'>): ScoredSequence;
  estimate(losses: ChunkLosses, seed: number): Estimate;
}

/**
 * The perplexities of the field that are not lm-eval's: exp of the mean loss per token.
 *
 * - `gptq`: nothing is put before a chunk, all but its first token are scored (`opt.py`, `llama.py` of IST-DASLab/gptq).
 * - `llama.cpp`: the first token of a chunk is replaced by BOS where the tokenizer adds one, the second half is scored,
 *   i.e. n − ⌊n/2⌋ − 1 tokens; its error is √((E[nll²] − E[nll]²) / (count − 1)) · perplexity (`tools/perplexity`).
 */
export const PERPLEXITIES: Record<PerplexityConvention, Perplexity> = {
  gptq: {
    leastChunks: 1,
    chunk: (tokens) => ({ tokens, from: 1 }),
    estimate: (losses, seed) => corpusInterval(perplexityStatistic(losses), seed),
  },
  'llama.cpp': {
    leastChunks: 2,
    chunk: (tokens, { addsBos, bosId }) => ({
      tokens: addsBos && bosId !== undefined ? [bosId, ...tokens.slice(1)] : tokens,
      from: Math.floor(tokens.length / 2) + 1,
    }),
    estimate: ({ sums, squares, counts }) => {
      const sum = (values: readonly number[]) => values.reduce((total, one) => total + one, 0);
      const count = sum(counts);
      const mean = sum(sums) / count;
      const value = Math.exp(mean);
      const half = Z95 * Math.sqrt(Math.max(0, sum(squares) / count - mean * mean) / (count - 1)) * value;
      return { value, low: value - half, high: value + half };
    },
  },
};

/** The perplexity as a statistic over chunks, to be paired with the baseline's. */
export function perplexityStatistic({ sums, counts }: ChunkLosses) {
  // A broken model's perplexity may overflow, and JSON knows no infinity.
  const transform = (loss: number) => Math.min(Math.exp(loss), Number.MAX_VALUE);
  return ratioStatistic({ numerators: sums, denominators: counts, transform });
}
