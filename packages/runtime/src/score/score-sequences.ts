import { QuantloopError } from '@quantloop/core';
import { Arithmetic } from '../arithmetic/arithmetic.ts';
import { gatherLogProbabilities } from '../arithmetic/gather-log-probabilities.ts';
import { forwardLogits } from '../decode/forward.ts';
import type { DecoderSession } from '../session/decoder-session.ts';
import { batchByLength, defaultTokensPerBatch } from './batch-by-length.ts';
import { mergePrefixes, type MergedInput } from './merge-prefixes.ts';

/** Tokens of which those at `from` and after are scored; `from` ≥ 1, since a first token has nothing before it. */
export interface ScoredSequence {
  tokens: ArrayLike<number>;
  from: number;
  /** What to call it in an error. */
  label?: string;
}

export interface SequenceScore {
  /** log p of `tokens[from]`, `tokens[from + 1]`, … */
  logProbabilities: Float32Array;
  /** Every one of them is the most likely token at its place. */
  greedy: boolean;
}

export interface ScoreOptions {
  session: DecoderSession;
  sequences: readonly ScoredSequence[];
  /** Keeps the small graphs between calls. @default one for this call */
  arithmetic?: Arithmetic;
  /** Rows × width of a batch. @default as many as keep the logits under 256 MiB, at most 4096 */
  tokensPerBatch?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Log-probabilities of tokens in their context, in the order given. Equal sequences and those that continue each
 * other's inputs are computed once; batches are sorted by length.
 *
 * @throws QuantloopError `non-finite` naming the sequence and position where the model yields NaN or infinity.
 */
export async function scoreSequences(options: ScoreOptions): Promise<SequenceScore[]> {
  const { session, sequences, onProgress, signal } = options;
  const inputs = sequences.map((sequence) => inputOf(sequence));
  const batches = batchByLength({
    items: mergePrefixes(inputs),
    length: ({ tokens }) => tokens.length,
    tokensPerBatch: options.tokensPerBatch ?? defaultTokensPerBatch(session.shape.vocabularySize),
  });
  const arithmetic = options.arithmetic ?? new Arithmetic({ threads: session.threads });
  const scores: SequenceScore[] = [];
  let done = 0;
  try {
    for (const batch of batches) {
      signal?.throwIfAborted();
      for (const [index, score] of await scoreBatch({ session, arithmetic, sequences, batch }))
        scores[index] = score;
      done += batch.reduce((sum, { members }) => sum + members.length, 0);
      onProgress?.(done, sequences.length);
    }
  } finally {
    if (options.arithmetic === undefined) await arithmetic.release();
  }
  return scores;
}

/** All tokens but the last, of which nothing is predicted. */
function inputOf({ tokens, from, label }: ScoredSequence): ArrayLike<number> {
  if (from < 1 || from >= tokens.length) {
    throw new RangeError(
      `${label ?? 'a sequence'} has nothing to score: ${tokens.length} tokens, from ${from}`,
    );
  }
  return Array.prototype.slice.call(tokens, 0, tokens.length - 1);
}

async function scoreBatch(options: {
  session: DecoderSession;
  arithmetic: Arithmetic;
  sequences: readonly ScoredSequence[];
  batch: readonly MergedInput[];
}): Promise<Map<number, SequenceScore>> {
  const { session, arithmetic, sequences, batch } = options;
  const { logits, width } = await forwardLogits({ session, rows: batch.map(({ tokens }) => tokens) });
  const rows: bigint[] = [];
  const targets: bigint[] = [];
  const spans: { index: number; start: number; end: number }[] = [];
  batch.forEach(({ members }, r) => {
    for (const index of members) {
      const { tokens, from } = sequences[index]!;
      const start = rows.length;
      for (let i = from; i < tokens.length; i++) {
        rows.push(BigInt(r * width + i - 1));
        targets.push(BigInt(tokens[i]!));
      }
      spans.push({ index, start, end: rows.length });
    }
  });
  const { logProbabilities, greedy } = await gatherLogProbabilities(arithmetic, {
    logits,
    rows: BigInt64Array.from(rows),
    targets: BigInt64Array.from(targets),
  });
  logits.dispose();
  const scores = new Map<number, SequenceScore>();
  for (const { index, start, end } of spans) {
    const values = logProbabilities.slice(start, end);
    requireFinite(values, sequences[index]!, index);
    scores.set(index, {
      logProbabilities: values,
      greedy: greedy.subarray(start, end).every((flag) => flag === 1),
    });
  }
  return scores;
}

function requireFinite(values: Float32Array, sequence: ScoredSequence, index: number): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at === -1) return;
  throw new QuantloopError({
    code: 'non-finite',
    message: `the log-probability of token ${sequence.from + at} of ${sequence.label ?? `sequence ${index}`} is ${values[at]}`,
    hint: 'The weights or activations overflow in this precision: quantize with finer groups, or measure in float32.',
  });
}
