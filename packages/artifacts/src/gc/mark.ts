import { FOLDER_MEDIA_TYPE } from '@quantloop/core';
import { blobName } from '../blobs.ts';
import type { Objects } from '../objects.ts';
import { referencesIn, type Reference } from './references.ts';

/** What holds references itself. */
const SPEAKING = new Set(['application/json', FOLDER_MEDIA_TYPE]);

/** The digests of all artifacts that can be come to from some, their own included. What is missing leads nowhere. */
export async function mark(objects: Objects, roots: readonly Reference[]): Promise<Set<string>> {
  const marked = new Set<string>();
  const read = new Set<string>();
  const left = [...roots];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { digest, mediaType } = next;
    marked.add(digest);
    if (mediaType === undefined || !SPEAKING.has(mediaType) || read.has(digest)) continue;
    read.add(digest);
    left.push(...(await said(objects, digest)));
  }
  return marked;
}

async function said(objects: Objects, digest: string): Promise<Reference[]> {
  const bytes = await objects.read(blobName(digest));
  if (bytes === undefined) return [];
  try {
    return referencesIn(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return []; // damaged: it leads nowhere
  }
}
