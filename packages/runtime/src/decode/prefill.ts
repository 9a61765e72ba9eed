import type { DecoderSession } from '../session/decoder-session.ts';
import { forward } from './forward.ts';
import type { KvCache } from './kv-cache.ts';
import { lastLogits, lastPlaces } from './last-logits.ts';

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
  const { vocabularySize, selects } = session.shape;
  const { logits, width, cache } = await forward({
    session,
    rows: prompts,
    ...(selects ? { places: lastPlaces(prompts) } : {}),
  });
  const newTokens = prompts.map(({ length }) => (selects ? 1 : length));
  return { logits: lastLogits({ logits, width: selects ? 1 : width, newTokens }), vocabularySize, cache };
}
