import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { z } from 'zod';
import { writeAtomic } from './atomic-file.ts';
import { canonicalJson } from './canonical-json.ts';
import { storeAttempt, systemCode } from './store-failure.ts';

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

/** Results by key, one JSON file each. */
export interface ResultCache {
  /** Undefined when there is none; one that cannot be read is moved aside as `.corrupt` and counts as none. */
  get(key: string): Promise<StoredResult | undefined>;
  /** The first result stored for a key stays. */
  put(key: string, result: StoredResult): Promise<void>;
  /** Forgets a result that no longer holds, so that the next `put` counts. */
  remove(key: string): Promise<void>;
}

export function openResultCache(root: string, temporary: string): ResultCache {
  const pathOf = (key: string) => join(root, 'results', `${keyFileName(key)}.json`);
  const get = async (key: string): Promise<StoredResult | undefined> => {
    const path = pathOf(key);
    return storeAttempt({ doing: 'reading a result', place: path }, async () => {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (systemCode(error) !== 'ENOENT') throw error;
      });
      if (text === undefined) return undefined;
      const result = parseResult(text, key);
      if (result === undefined) await rename(path, `${path}.corrupt`);
      return result;
    });
  };
  return {
    get,
    async put(key, result) {
      const bytes = Buffer.from(`${canonicalJson(StoredResult.parse(result))}\n`);
      const write = { temporary, path: pathOf(key), bytes };
      if (await writeAtomic({ ...write, keepExisting: true })) return;
      if ((await get(key)) === undefined) await writeAtomic(write);
    },
    async remove(key) {
      const path = pathOf(key);
      await storeAttempt({ doing: 'removing a result', place: path }, () => rm(path, { force: true }));
    },
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
