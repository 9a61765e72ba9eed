import type { Store } from '@quantloop/artifacts';
import { Prompt, type ArtifactRef, type PromptsItem } from '@quantloop/core';
import { readValues } from './read-texts.ts';

/** Prompts as an artifact: JSON lines with the field `prompt`. */
export async function storePrompts(prompts: PromptsItem['prompts'], store: Store): Promise<ArtifactRef> {
  const all = Array.isArray(prompts)
    ? prompts
    : await readValues(prompts, { schema: Prompt, what: 'text or list of messages' });
  const lines = all.map((prompt) => `${JSON.stringify({ prompt })}\n`).join('');
  return store.putBytes(new TextEncoder().encode(lines), 'application/jsonl');
}
