import { readFile } from 'node:fs/promises';
import { FOLDER_MEDIA_TYPE } from '@quantloop/core';
import type { Blobs } from '../blobs.ts';
import { systemCode } from '../store-failure.ts';
import { referencesIn, type Reference } from './references.ts';

/** What holds references itself. */
const SPEAKING = new Set(['application/json', FOLDER_MEDIA_TYPE]);

/** The digests of all artifacts that can be come to from some, their own included. What is missing leads nowhere. */
export async function mark(blobs: Pick<Blobs, 'path'>, roots: readonly Reference[]): Promise<Set<string>> {
  const marked = new Set<string>();
  const read = new Set<string>();
  const left = [...roots];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { digest, mediaType } = next;
    marked.add(digest);
    if (mediaType === undefined || !SPEAKING.has(mediaType) || read.has(digest)) continue;
    read.add(digest);
    left.push(...(await said(blobs.path(digest))));
  }
  return marked;
}

async function said(path: string): Promise<Reference[]> {
  try {
    return referencesIn(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return [];
    throw error;
  }
}
