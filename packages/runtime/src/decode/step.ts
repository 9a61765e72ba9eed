import type { DecoderSession } from '../session/decoder-session.ts';
import { forward } from './forward.ts';
import type { KvCache } from './kv-cache.ts';
import { lastLogits } from './last-logits.ts';
import type { DecodeResult } from './prefill.ts';

/** Appends one token to each row. The cache given is consumed; go on with the returned one. */
export async function step(options: {
  session: DecoderSession;
  tokens: ArrayLike<number>;
  cache: KvCache;
}): Promise<DecodeResult> {
  const { session, tokens, cache } = options;
  const rows = Array.from(tokens, (token) => [token]);
  const result = await forward({ session, rows, cache });
  // It goes on in place where the session puts out new columns only.
  if (result.cache.tensors !== cache.tensors) cache.dispose();
  const logits = lastLogits({ logits: result.logits, width: 1, newTokens: rows.map(() => 1) });
  return { logits, vocabularySize: session.shape.vocabularySize, cache: result.cache };
}
