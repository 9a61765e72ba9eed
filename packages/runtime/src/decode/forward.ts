import { QuantloopError } from '@quantloop/core';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { BRANCHING } from '../score/allow-branches.ts';
import { SCORES } from '../score/score-selected.ts';
import { SELECTED_POSITIONS } from '../score/select-positions.ts';
import type { DecoderSession } from '../session/decoder-session.ts';
import { tensorFromBytes } from '../session/tensor-bytes.ts';
import { appendColumns, blankCache, columnPlaces, rewidened } from './append-cache.ts';
import { COLUMNS } from './emit-columns.ts';
import { runnable } from './float16-tensor.ts';
import { KvCache } from './kv-cache.ts';

export interface ForwardOptions {
  session: DecoderSession;
  /** New tokens of each row. With a cache all rows must bring equally many, and more than one only if it is one row. */
  rows: readonly ArrayLike<number>[];
  cache?: KvCache;
  /** Which tokens stand behind which. Only of a session that branches. @default each row is one text */
  branches?: Branches;
  /** Row and column of each token whose logits are wanted, one after the other. Only of a session that selects. @default all */
  places?: BigInt64Array;
}

export interface Branches {
  /** `[rows, width]`: how many tokens each one stands behind, those of the cache counted. */
  positions: BigInt64Array;
  /** `[rows, 1, width, cache + width]`, added to the attention scores. */
  bias: Float32Array;
}

export interface ForwardResult {
  /** `[rows, width, vocabulary]`, width = the longest row; `[1, selected, vocabulary]` of chosen places. */
  logits: Tensor;
  width: number;
  cache: KvCache;
}

/**
 * One run of the decoder. Rows are padded on the right. GroupQueryAttention takes a row's length from the sum of its
 * mask, puts new keys right behind the valid ones and never looks at the padding; a graph of elementary operators puts
 * them at the end and looks where the mask has ones. The mask in the order tokens and padding were given serves both.
 */
export async function forward(options: ForwardOptions): Promise<ForwardResult> {
  const prepared = decoderFeeds(options);
  const { session, feeds, width } = prepared;
  const outputs = await session.inference.run(feeds, ['logits', ...cacheOutputs(session)]);
  return { logits: outputs.logits as Tensor, width, cache: cacheOf(outputs, prepared) };
}

/** The same without a cache on either side: for scoring, where nothing follows. */
export async function forwardLogits(options: {
  session: DecoderSession;
  rows: readonly ArrayLike<number>[];
}): Promise<{ logits: Tensor; width: number }> {
  const { feeds, width } = decoderFeeds(options);
  const { logits } = await options.session.inference.run(feeds, ['logits']);
  return { logits: logits as Tensor, width };
}

export interface SelectedScores {
  /** log p of each target. */
  logProbabilities: Float32Array;
  /** The most likely token at each place, among equals the lowest id. */
  best: BigInt64Array;
}

/**
 * Scores of chosen places alone, of a session that scores; no logits leave the graph. With `keepCache` also what the next
 * part goes on from.
 *
 * @param options.targets the token expected at each of them.
 */
export async function forwardScores(
  options: ForwardOptions & { places: BigInt64Array; targets: BigInt64Array; keepCache: boolean },
): Promise<SelectedScores & { cache?: KvCache }> {
  const { keepCache } = options;
  const prepared = decoderFeeds(options);
  const { session, feeds } = prepared;
  const outputs = await session.inference.run(feeds, [
    SCORES.logProbabilities,
    SCORES.best,
    ...(keepCache ? cacheOutputs(session) : []),
  ]);
  return {
    logProbabilities: outputs[SCORES.logProbabilities]!.data as Float32Array,
    best: outputs[SCORES.best]!.data as BigInt64Array,
    ...(keepCache ? { cache: cacheOf(outputs, prepared) } : {}),
  };
}

interface Prepared {
  session: DecoderSession;
  cache: KvCache | undefined;
  /** New tokens of each row. */
  counts: number[];
  width: number;
  lengths: Int32Array;
  mask: BigInt64Array;
}

function cacheOf(
  outputs: InferenceSession.OnnxValueMapType,
  { session, cache, counts, width, lengths, mask }: Prepared,
): KvCache {
  const names = cacheNames(session, 'past_key_values');
  if (session.shape.emitsColumns) {
    const before = cache ?? blankCache(session, { names, rows: counts.length, padded: width });
    return appendColumns(session, before, { columns: outputs[COLUMNS.keysValues] as Tensor, counts });
  }
  const present = cacheNames(session, 'present').map((name) => outputs[name] as Tensor);
  const tensors = Object.fromEntries(names.map((name, i) => [name, present[i]!]));
  return new KvCache({ lengths, padded: (cache?.padded ?? 0) + width, mask, tensors });
}

function cacheOutputs(session: DecoderSession): string[] {
  return session.shape.emitsColumns ? [COLUMNS.keysValues] : cacheNames(session, 'present');
}

function cacheNames({ shape }: DecoderSession, prefix: 'present' | 'past_key_values'): string[] {
  return Array.from({ length: shape.layers }, (_, i) => [
    `${prefix}.${i}.key`,
    `${prefix}.${i}.value`,
  ]).flat();
}

/** The inputs of one run. */
export function decoderFeeds({
  session,
  rows,
  cache: given,
  branches,
  places,
  targets,
}: ForwardOptions & { targets?: BigInt64Array }): Prepared & { feeds: Record<string, Tensor> } {
  const width = rows.reduce((longest, row) => Math.max(longest, row.length), 0);
  if (width === 0) throw new RangeError('forward needs at least one token');
  const cache = width > 1 && session.shape.emitsColumns ? withoutSpare(given) : given;
  if (cache !== undefined && rows.some((row) => row.length !== width)) {
    throw new RangeError('rows that go on from a cache must bring equally many tokens');
  }
  const past = cache?.padded ?? 0;
  const lengths = Int32Array.from(rows, (row, i) => (cache?.lengths[i] ?? 0) + row.length);
  const mask = attentionMask(rows, width, cache);
  const feeds: Record<string, Tensor> = {
    input_ids: new Tensor('int64', paddedTokens(session, rows, width), [rows.length, width]),
    attention_mask: new Tensor('int64', mask, [rows.length, past + width]),
    ...(cache === undefined ? emptyCache(session, rows.length) : runnable(cache.tensors)),
  };
  if (session.shape.hasPositionIds) {
    const ids = branches?.positions ?? positions(rows.length, width, cache);
    feeds.position_ids = new Tensor('int64', ids, [rows.length, width]);
  }
  if (session.branchLimit !== undefined) {
    const bias = branches?.bias ?? new Float32Array(width * (past + width));
    feeds[BRANCHING.bias] = new Tensor('float32', bias, [branches ? rows.length : 1, 1, width, past + width]);
  }
  if (session.shape.selects) {
    feeds[SELECTED_POSITIONS] =
      places === undefined
        ? new Tensor('int64', everywhere(rows.length, width), [rows.length, width, 2])
        : new Tensor('int64', places, [1, places.length / 2, 2]);
  }
  if (session.shape.scores) {
    const expected = targets ?? new BigInt64Array((places?.length ?? 2 * rows.length * width) / 2);
    feeds[SCORES.targets] = new Tensor('int64', expected, [expected.length]);
  }
  if (session.shape.emitsColumns) {
    const { kvHeads } = session.shape;
    const places = columnPlaces(cache?.lengths ?? new Int32Array(rows.length), kvHeads, width);
    feeds[COLUMNS.places] = new Tensor('int64', places, [rows.length, kvHeads, width, 3]);
  }
  if (session.shape.hasLogitsToKeep) feeds.num_logits_to_keep = new Tensor('int64', new BigInt64Array(1), []);
  return { session, cache, feeds, counts: rows.map(({ length }) => length), width, lengths, mask };
}

/** A graph may refuse a cache and tokens that are together longer than its context. */
function withoutSpare(cache: KvCache | undefined): KvCache | undefined {
  if (cache === undefined) return undefined;
  const longest = Math.max(...cache.lengths);
  return cache.padded > longest ? rewidened(cache, longest) : cache;
}

function everywhere(rows: number, width: number): BigInt64Array {
  const places = new BigInt64Array(2 * rows * width);
  for (let i = 0; i < rows * width; i++) {
    places[2 * i] = BigInt(Math.floor(i / width));
    places[2 * i + 1] = BigInt(i % width);
  }
  return places;
}

function paddedTokens(
  session: DecoderSession,
  rows: readonly ArrayLike<number>[],
  width: number,
): BigInt64Array {
  const ids = new BigInt64Array(rows.length * width);
  rows.forEach((row, r) => {
    for (let i = 0; i < row.length; i++) {
      const token = row[i]!;
      if (!(token >= 0 && token < session.shape.vocabularySize)) {
        throw new QuantloopError({
          code: 'model-corrupt',
          message: `token ${token} is outside the vocabulary of ${session.shape.vocabularySize} of ${session.file}`,
          hint: 'The tokenizer in the folder does not fit the model.',
        });
      }
      ids[r * width + i] = BigInt(token);
    }
  });
  return ids;
}

/** The mask of the cached part, then ones for the new tokens and zeros for their padding. */
function attentionMask(
  rows: readonly ArrayLike<number>[],
  width: number,
  cache: KvCache | undefined,
): BigInt64Array {
  const past = cache?.padded ?? 0;
  const mask = new BigInt64Array(rows.length * (past + width));
  rows.forEach((row, r) => {
    const start = r * (past + width);
    if (cache !== undefined) mask.set(cache.mask.subarray(r * past, (r + 1) * past), start);
    mask.fill(1n, start + past, start + past + row.length);
  });
  return mask;
}

function positions(rows: number, width: number, cache: KvCache | undefined): BigInt64Array {
  const ids = new BigInt64Array(rows * width);
  for (let r = 0; r < rows; r++) {
    const first = cache?.lengths[r] ?? 0;
    for (let i = 0; i < width; i++) ids[r * width + i] = BigInt(first + i);
  }
  return ids;
}

function emptyCache(session: DecoderSession, rows: number): Record<string, Tensor> {
  const { kvHeads, headDim, cacheType } = session.shape;
  const dims = [rows, kvHeads, 0, headDim];
  const empty = (name: string) => [name, tensorFromBytes(cacheType, new Uint8Array(0), dims)] as const;
  return Object.fromEntries(cacheNames(session, 'past_key_values').map(empty));
}
