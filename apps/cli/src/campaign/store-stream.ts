import { readFile } from 'node:fs/promises';
import type { Store } from '@quantloop/artifacts';
import type { ArtifactRef, PerplexityConvention, TextSource } from '@quantloop/core';
import { joinTexts, textStream } from '@quantloop/evaluate';
import { hasFields, readTexts } from './read-texts.ts';

/** The texts of a file as one plain text, joined as the convention joins them. */
export async function storeStream(
  source: TextSource,
  convention: PerplexityConvention,
  store: Store,
): Promise<ArtifactRef> {
  const texts = await readTexts(source);
  const stream = hasFields(source.file)
    ? joinTexts(texts)
    : textStream(convention, await readFile(source.file, 'utf8'));
  return store.putBytes(new TextEncoder().encode(stream), 'text/plain');
}
