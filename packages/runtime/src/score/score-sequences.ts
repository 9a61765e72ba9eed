import { Arithmetic } from '../arithmetic/arithmetic.ts';
import { gatherLogProbabilities } from '../arithmetic/gather-log-probabilities.ts';
import {
  type Branches,
  type ForwardResult,
  forward,
  forwardLogits,
  forwardScores,
} from '../decode/forward.ts';
import type { KvCache } from '../decode/kv-cache.ts';
import type { DecoderSession } from '../session/decoder-session.ts';
import { NonFiniteLogits } from '../non-finite/non-finite-logits.ts';
import { defaultTokensPerBatch } from './batch-by-length.ts';
import { batchRows, type RowBatch, TOKENS_PER_BATCH, type Wanted } from './batch-rows.ts';
import { branchTexts } from './branch-texts.ts';
import { mergePrefixes } from './merge-prefixes.ts';
import type { TextRow } from './text-row.ts';

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
  /** Rows × width of a batch. @default 512, or where all logits are made as many as keep them under 256 MiB, at most 4096 */
  tokensPerBatch?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Log-probabilities of tokens in their context, in the order given. Equal sequences and those that continue each
 * other's inputs are computed once, and so is, in a session opened for scoring, a common beginning (a question
 * before its choices). All goes in batches sorted by length.
 *
 * @throws NonFiniteLogits naming the sequence and position where the model yields NaN or infinity.
 */
export async function scoreSequences(options: ScoreOptions): Promise<SequenceScore[]> {
  const { session, sequences, onProgress, signal } = options;
  const { scores, vocabularySize } = session.shape;
  const merged = mergePrefixes(sequences.map((sequence) => inputOf(sequence)));
  const rows = branchTexts(merged, session.branchLimit ?? 0);
  const tokens =
    options.tokensPerBatch ?? (scores ? TOKENS_PER_BATCH : defaultTokensPerBatch(vocabularySize));
  const scored = Math.max(1, Math.min(tokens, Math.floor(SCORED_LOGITS / vocabularySize)));
  const batches = batchRows(rows, {
    tokens,
    scored,
    wantedOf: (row) => wantedOf(sequences, row),
  });
  const arithmetic = options.arithmetic ?? new Arithmetic({ threads: session.threads });
  const work: Work = { session, arithmetic, sequences, scores: sequences.map(emptyScore) };
  let done = 0;
  try {
    for (const batch of batches) {
      signal?.throwIfAborted();
      await scoreBatch(work, batch, scored);
      for (const { inputs } of batch.rows)
        done += inputs.reduce((sum, { members }) => sum + members.length, 0);
      onProgress?.(done, sequences.length);
    }
  } finally {
    if (options.arithmetic === undefined) await arithmetic.release();
  }
  work.scores.forEach(({ logProbabilities }, i) => requireFinite(logProbabilities, sequences[i]!, i));
  return work.scores;
}

/** Logits made at once: 32 MiB in float32, and as much again for their softmax. */
const SCORED_LOGITS = 2 ** 23;

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

/** One run, or, where one row has more to score than `scored`, several that go on from each other. */
async function scoreBatch(work: Work, { rows, wanted }: RowBatch, scored: number): Promise<void> {
  const width = rows[0]!.length;
  const piece = rows.length === 1 && wanted.length > scored ? scored : width;
  let cache: KvCache | undefined;
  for (let first = 0; first < width; first += piece) {
    const count = Math.min(piece, width - first);
    const inPiece = wanted.filter(({ place }) => place >= first && place < first + count);
    const keepCache = first + count < width;
    const given = cache;
    cache = await scorePiece(work, { rows, wanted: inPiece, first, count, cache, keepCache });
    given?.dispose();
  }
}

interface Piece {
  rows: readonly TextRow[];
  wanted: readonly Wanted[];
  /** Places of the rows. */
  first: number;
  count: number;
  cache: KvCache | undefined;
  keepCache: boolean;
}

async function scorePiece(work: Work, piece: Piece): Promise<KvCache | undefined> {
  const { rows, first, count, cache, wanted, keepCache } = piece;
  const { session } = work;
  const options = {
    session,
    rows: rows.map(({ tokens }) => tokens.slice(first, first + count)),
    ...(cache === undefined ? {} : { cache }),
    ...(rows.every(({ isPlain }) => isPlain) ? {} : { branches: branchesOf(rows, first, count) }),
  };
  const targets = BigInt64Array.from(wanted, ({ index, at }) => BigInt(targetOf(work, index, at)));
  if (session.shape.scores) {
    const places = wanted.flatMap(({ row, place }) => [BigInt(row), BigInt(place - first)]);
    const chosen = wanted.length > 0 ? { places: BigInt64Array.from(places), targets } : ANYWHERE;
    const result = await forwardScores({ ...options, ...chosen, keepCache });
    keep(work, wanted, result.logProbabilities, (i) => result.best[i] === targets[i]);
    return result.cache;
  }
  const { logits, ...kept }: Partial<ForwardResult> & Pick<ForwardResult, 'logits'> = keepCache
    ? await forward(options)
    : await forwardLogits(options);
  if (wanted.length > 0) {
    const positions = BigInt64Array.from(wanted, ({ row, place }) => BigInt(row * count + place - first));
    const found = await gatherLogProbabilities(work.arithmetic, {
      logits,
      rows: positions,
      targets,
    });
    keep(work, wanted, found.logProbabilities, (i) => found.greedy[i] === 1);
  }
  logits.dispose();
  return kept.cache;
}

/** For a part of a row in which nothing is scored: an operator may refuse a selection of nothing. */
const ANYWHERE = { places: new BigInt64Array(2), targets: new BigInt64Array(1) };

function branchesOf(rows: readonly TextRow[], first: number, count: number): Branches {
  const width = first + count;
  const bias = new Float32Array(rows.length * count * width);
  const positions = new BigInt64Array(rows.length * count);
  rows.forEach((row, r) => {
    row.writeBias(bias.subarray(r * count * width, (r + 1) * count * width), { first, count, width });
    for (let i = 0; i < count; i++) positions[r * count + i] = BigInt(row.position(first + i));
  });
  return { bias, positions };
}

/** The scored tokens of a row that stands alone in its batch. */
function wantedOf(sequences: readonly ScoredSequence[], row: TextRow): Wanted[] {
  const wanted: Wanted[] = [];
  for (const { members, places } of row.inputs) {
    for (const index of members) {
      const { tokens, from } = sequences[index]!;
      for (let at = 0; from + at < tokens.length; at++) {
        wanted.push({ index, at, row: 0, place: places[from + at - 1]! });
      }
    }
  }
  return wanted;
}

function targetOf(work: Work, index: number, at: number): number {
  const { tokens, from } = work.sequences[index]!;
  return tokens[from + at]!;
}

function keep(
  work: Work,
  wanted: readonly Wanted[],
  logProbabilities: Float32Array,
  isBest: (i: number) => boolean,
): void {
  wanted.forEach(({ index, at }, i) => {
    const score = work.scores[index]!;
    score.logProbabilities[at] = logProbabilities[i]!;
    score.greedy &&= isBest(i);
  });
}

function requireFinite(values: Float32Array, sequence: ScoredSequence, index: number): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at === -1) return;
  throw new NonFiniteLogits({
    message: `the log-probability of token ${sequence.from + at} of ${sequence.label ?? `sequence ${index}`} is ${values[at]}`,
    tokens: Array.prototype.slice.call(sequence.tokens, 0, sequence.from + at),
  });
}
