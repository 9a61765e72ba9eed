import type { Store } from '@quantloop/artifacts';
import type { ArtifactRef, TextSource } from '@quantloop/core';
import { readTexts } from './read-texts.ts';

/** The texts of a file as an artifact: JSON lines with the field `text`. */
export async function storeTexts(source: TextSource, store: Store): Promise<ArtifactRef> {
  const texts = await readTexts(source);
  const lines = texts.map((text) => `${JSON.stringify({ text })}\n`).join('');
  return store.putBytes(new TextEncoder().encode(lines), 'application/jsonl');
}
