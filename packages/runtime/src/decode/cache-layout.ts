import type { Tensor } from 'onnxruntime-node';
import type { DecoderSession } from '../session/decoder-session.ts';
import { tensorBytes } from '../session/tensor-bytes.ts';
import { forward } from './forward.ts';

/**
 * Where a decoder keeps a row's keys and values when rows differ in length.
 * `packed`: from the first column on, without gaps; new ones right behind them, over the padding (GroupQueryAttention).
 * `appended`: new ones in the last column; the mask tells which columns count (graphs of elementary operators).
 */
export type CacheLayout = 'packed' | 'appended';

/** Asks the model itself: after a padded row went on by a token, has its padding been written over? */
export async function detectCacheLayout(session: DecoderSession): Promise<CacheLayout> {
  const [first, second] = [0, Math.min(1, session.shape.vocabularySize - 1)];
  const padded = await forward({ session, rows: [[first], [first, first]] });
  const stepped = await forward({ session, rows: [[second], [second]], cache: padded.cache });
  const before = secondColumn(padded.cache.tensors['past_key_values.0.key']!);
  const after = secondColumn(stepped.cache.tensors['past_key_values.0.key']!);
  return before.equals(after) ? 'appended' : 'packed';
}

/** Of row 0, head 0. */
function secondColumn(keys: Tensor): Buffer {
  const bytes = tensorBytes(keys);
  const width = (keys.dims[3]! * bytes.length) / keys.size;
  return Buffer.from(bytes.buffer, bytes.byteOffset + width, width);
}
