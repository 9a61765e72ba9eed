import { join } from 'node:path';
import { QuantloopError, Quantity } from '@quantloop/core';
import { digestOfBytes } from '../digest.ts';
import { userCacheFolder } from '../user-cache-folder.ts';

const DEFAULT_LIMIT = 50 * 2 ** 30;

/** The local folder of a shared store: below QUANTLOOP_CACHE_DIR or the user's cache, one for each store. */
export function cacheFolderOf(location: string, env: NodeJS.ProcessEnv = process.env): string {
  const endpoint = env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'] ?? '';
  const hex = digestOfBytes(Buffer.from(`${endpoint}\n${location}`)).slice('sha256:'.length);
  return join(env['QUANTLOOP_CACHE_DIR'] ?? join(userCacheFolder(env), 'stores'), hex.slice(0, 16));
}

/** Bytes of a store's artifacts to keep on this machine: QUANTLOOP_CACHE_SIZE, else 50 GiB. */
export function cacheLimit(env: NodeJS.ProcessEnv = process.env): number {
  const text = env['QUANTLOOP_CACHE_SIZE'];
  if (text === undefined) return DEFAULT_LIMIT;
  const parsed = Quantity.safeParse(text);
  if (
    parsed.success &&
    parsed.data.value > 0 &&
    !parsed.data.relative &&
    parsed.data.dimension !== 'duration'
  )
    return parsed.data.value;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `QUANTLOOP_CACHE_SIZE is "${text}", which is not a size.`,
    hint: 'Write a number of bytes, or one with a unit: "20 GiB".',
  });
}
