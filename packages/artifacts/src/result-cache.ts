import { QuantloopError } from '@quantloop/core';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import type { Objects } from './objects.ts';

const entry = {
  schemaVersion: z.literal(1),
  key: z.string(),
  stage: z.string(),
  version: z.string(),
  createdAt: z.iso.datetime(),
};

/** What a job came to: its output, or a failure that no repetition can change. */
export const StoredResult = z.union([
  z.strictObject({ ...entry, output: z.json() }),
  z.strictObject({
    ...entry,
    failure: z.strictObject({
      code: z.string(),
      message: z.string(),
      hint: z.string().optional(),
      /** Version of quantloop that failed: another may not. */
      quantloop: z.string(),
    }),
  }),
]);
export type StoredResult = z.infer<typeof StoredResult>;

/** Results by key, one JSON object each. */
export interface ResultCache {
  /** Undefined when there is none; one that cannot be read is discarded and counts as none. */
  get(key: string): Promise<StoredResult | undefined>;
  /** The first result stored for a key stays. */
  put(key: string, result: StoredResult): Promise<void>;
  /** Forgets a result that no longer holds, so that the next `put` counts. */
  remove(key: string): Promise<void>;
}

export function openResultCache(objects: Objects): ResultCache {
  const nameOf = (key: string) => `results/${keyFileName(key)}.json`;
  const get = async (key: string): Promise<StoredResult | undefined> => {
    const bytes = await objects.read(nameOf(key));
    if (bytes === undefined) return undefined;
    const result = parseResult(Buffer.from(bytes).toString('utf8'), key);
    if (result === undefined) await objects.discard(nameOf(key));
    return result;
  };
  return {
    get,
    async put(key, result) {
      const bytes = Buffer.from(`${canonicalJson(StoredResult.parse(result))}\n`);
      if (await objects.write(nameOf(key), bytes, { keepExisting: true })) return;
      if ((await get(key)) === undefined) await objects.write(nameOf(key), bytes);
    },
    remove: (key) => objects.remove([nameOf(key)]),
  };
}

/** The file name of a key: the 64 hexadecimal digits of its digest. */
export function keyFileName(key: string): string {
  const hex = /^(?:sha256:)?([0-9a-f]{64})$/.exec(key)?.[1];
  if (hex !== undefined) return hex;
  throw new QuantloopError({
    code: 'internal',
    message: `"${key}" is not the key of a job.`,
    hint: 'Make keys with digestOfJson.',
  });
}

function parseResult(text: string, key: string): StoredResult | undefined {
  try {
    const result = StoredResult.parse(JSON.parse(text));
    return keyFileName(result.key) === keyFileName(key) ? result : undefined;
  } catch {
    return undefined;
  }
}
