import { Arithmetic } from '../arithmetic/arithmetic.ts';
import { gatherLogProbabilities } from '../arithmetic/gather-log-probabilities.ts';
import { forward, forwardLogits } from '../decode/forward.ts';
import type { Tensor } from 'onnxruntime-node';
import type { DecoderSession } from '../session/decoder-session.ts';
import { NonFiniteLogits } from '../non-finite/non-finite-logits.ts';
import { batchByLength, defaultTokensPerBatch } from './batch-by-length.ts';
import { mergePrefixes, type MergedInput } from './merge-prefixes.ts';
import { sharePrefixes, type PrefixGroup } from './share-prefixes.ts';

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
 * other's inputs are computed once, a long common beginning (a question before its choices) is run once and its cache
 * shared, all else goes in batches sorted by length.
 *
 * @throws NonFiniteLogits naming the sequence and position where the model yields NaN or infinity.
 */
export async function scoreSequences(options: ScoreOptions): Promise<SequenceScore[]> {
  const { session, sequences, onProgress, signal } = options;
  const merged = mergePrefixes(sequences.map((sequence) => inputOf(sequence)));
  const { groups, rest } = sharePrefixes(merged);
  const batches = batchByLength({
    items: rest,
    length: ({ tokens }) => tokens.length,
    tokensPerBatch: options.tokensPerBatch ?? defaultTokensPerBatch(session.shape.vocabularySize),
  });
  const arithmetic = options.arithmetic ?? new Arithmetic({ threads: session.threads });
  const work: Work = { session, arithmetic, sequences, scores: sequences.map(emptyScore) };
  let done = 0;
  const advance = (members: readonly MergedInput[]) => {
    done += members.reduce((sum, member) => sum + member.members.length, 0);
    onProgress?.(done, sequences.length);
  };
  try {
    for (const batch of batches) {
      signal?.throwIfAborted();
      await scoreBatch(work, batch);
      advance(batch);
    }
    for (const group of groups) {
      signal?.throwIfAborted();
      await scoreGroup(work, group);
      advance(group.members);
    }
  } finally {
    if (options.arithmetic === undefined) await arithmetic.release();
  }
  work.scores.forEach(({ logProbabilities }, i) => requireFinite(logProbabilities, sequences[i]!, i));
  return work.scores;
}

interface Work {
  session: DecoderSession;
  arithmetic: Arithmetic;
  sequences: readonly ScoredSequence[];
  scores: SequenceScore[];
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

const emptyScore = ({ tokens, from }: ScoredSequence): SequenceScore => ({
  logProbabilities: new Float32Array(tokens.length - from),
  greedy: true,
});

async function scoreBatch(work: Work, batch: readonly MergedInput[]): Promise<void> {
  const { logits, width } = await forwardLogits({
    session: work.session,
    rows: batch.map(({ tokens }) => tokens),
  });
  const wanted = batch.flatMap(({ members }, row) =>
    wantedOf({ work, members, first: 0, end: width, offset: row * width }),
  );
  await gather(work, logits, wanted);
}

/** The common tokens once, then each remainder by itself: a batch of several cannot go on from a cache. */
async function scoreGroup(work: Work, group: PrefixGroup): Promise<void> {
  const { length, members } = group;
  const common = Array.prototype.slice.call(members[0]!.tokens, 0, length) as number[];
  const { logits, cache } = await forward({ session: work.session, rows: [common] });
  try {
    const inCommon = members.flatMap((member) =>
      wantedOf({ work, members: member.members, first: 0, end: length, offset: 0 }),
    );
    await gather(work, logits, inCommon);
    for (const member of members) {
      const remainder = Array.prototype.slice.call(member.tokens, length) as number[];
      const result = await forward({ session: work.session, rows: [remainder], cache });
      result.cache.dispose();
      const end = member.tokens.length;
      await gather(
        work,
        result.logits,
        wantedOf({ work, members: member.members, first: length, end, offset: -length }),
      );
    }
  } finally {
    cache.dispose();
  }
}

/** A token to be looked up: of sequence `index` the `at`-th scored one, predicted in this row of the logits. */
interface Wanted {
  index: number;
  at: number;
  row: number;
}

/** The scored tokens predicted at the input positions `first` to `end`, which stand at `offset` in the logits. */
function wantedOf(options: {
  work: Work;
  members: readonly number[];
  first: number;
  end: number;
  offset: number;
}): Wanted[] {
  const { work, members, first, end, offset } = options;
  const wanted: Wanted[] = [];
  for (const index of members) {
    const { tokens, from } = work.sequences[index]!;
    const last = Math.min(tokens.length - 1, end);
    for (let position = Math.max(from - 1, first); position < last; position++) {
      wanted.push({ index, at: position + 1 - from, row: offset + position });
    }
  }
  return wanted;
}

async function gather(work: Work, logits: Tensor, wanted: readonly Wanted[]): Promise<void> {
  if (wanted.length > 0) {
    const { logProbabilities, greedy } = await gatherLogProbabilities(work.arithmetic, {
      logits,
      rows: BigInt64Array.from(wanted, ({ row }) => BigInt(row)),
      targets: BigInt64Array.from(wanted, ({ index, at }) => {
        const { tokens, from } = work.sequences[index]!;
        return BigInt(tokens[from + at]!);
      }),
    });
    wanted.forEach(({ index, at }, i) => {
      const score = work.scores[index]!;
      score.logProbabilities[at] = logProbabilities[i]!;
      score.greedy &&= greedy[i] === 1;
    });
  }
  logits.dispose();
}

function requireFinite(values: Float32Array, sequence: ScoredSequence, index: number): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at === -1) return;
  throw new NonFiniteLogits({
    message: `the log-probability of token ${sequence.from + at} of ${sequence.label ?? `sequence ${index}`} is ${values[at]}`,
    tokens: Array.prototype.slice.call(sequence.tokens, 0, sequence.from + at),
  });
}
