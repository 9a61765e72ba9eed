import { QuantloopError } from '@quantloop/core';
import { Tensor } from 'onnxruntime-node';
import type { DecoderSession } from '../session/decoder-session.ts';
import { tensorFromBytes } from '../session/tensor-bytes.ts';
import { runnable } from './float16-tensor.ts';
import { KvCache } from './kv-cache.ts';

export interface ForwardOptions {
  session: DecoderSession;
  /** New tokens of each row. With a cache all rows must bring equally many, and more than one only if it is one row. */
  rows: readonly ArrayLike<number>[];
  cache?: KvCache;
}

export interface ForwardResult {
  /** `[rows, width, vocabulary]`, width = the longest row. */
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
  const { session, cache } = options;
  const { feeds, width, lengths, mask } = decoderFeeds(options);
  const outputs = await session.inference.run(feeds);
  const tensors: Record<string, Tensor> = {};
  for (let i = 0; i < session.shape.layers; i++) {
    for (const part of ['key', 'value']) {
      tensors[`past_key_values.${i}.${part}`] = outputs[`present.${i}.${part}`] as Tensor;
    }
  }
  const padded = (cache?.padded ?? 0) + width;
  return { logits: outputs.logits as Tensor, width, cache: new KvCache({ lengths, padded, mask, tensors }) };
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

/** The inputs of one run. */
export function decoderFeeds({ session, rows, cache }: ForwardOptions): {
  feeds: Record<string, Tensor>;
  width: number;
  lengths: Int32Array;
  mask: BigInt64Array;
} {
  const width = rows.reduce((longest, row) => Math.max(longest, row.length), 0);
  if (width === 0) throw new RangeError('forward needs at least one token');
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
    feeds.position_ids = new Tensor('int64', positions(rows.length, width, cache), [rows.length, width]);
  }
  if (session.shape.hasLogitsToKeep) feeds.num_logits_to_keep = new Tensor('int64', new BigInt64Array(1), []);
  return { feeds, width, lengths, mask };
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
  const { layers, kvHeads, headDim, cacheType } = session.shape;
  const dims = [rows, kvHeads, 0, headDim];
  const feeds: Record<string, Tensor> = {};
  for (let i = 0; i < layers; i++) {
    for (const part of ['key', 'value']) {
      feeds[`past_key_values.${i}.${part}`] = tensorFromBytes(cacheType, new Uint8Array(0), dims);
    }
  }
  return feeds;
}
