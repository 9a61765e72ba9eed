import type { DecoderSession } from '../session/decoder-session.ts';
import { forward } from './forward.ts';
import type { KvCache } from './kv-cache.ts';
import { lastLogits } from './last-logits.ts';

export interface DecodeResult {
  /** `[rows, vocabularySize]`, row-major: of each row's last token. */
  logits: Float32Array;
  vocabularySize: number;
  cache: KvCache;
}

/** Runs the prompts (each at least one token) in one batch and keeps their keys and values. */
export async function prefill(options: {
  session: DecoderSession;
  prompts: readonly ArrayLike<number>[];
}): Promise<DecodeResult> {
  const { session, prompts } = options;
  if (prompts.some((prompt) => prompt.length === 0))
    throw new RangeError('a prompt needs at least one token');
  const { logits, width, cache } = await forward({ session, rows: prompts });
  const last = lastLogits({ logits, width, newTokens: prompts.map((prompt) => prompt.length) });
  return { logits: last, vocabularySize: session.shape.vocabularySize, cache };
}
