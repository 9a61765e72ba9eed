import { boundsOf, QuantloopError, type ArtifactRef, type Scenario } from '@quantloop/core';
import type { PromptSource } from './draw-requests.ts';
import { readPromptVocabulary } from './prompt-vocabulary.ts';

export interface PromptSourceOptions {
  scenarios: readonly Scenario[];
  /** The model folder whose tokenizer and context length count. */
  folder: string;
  /** The texts of an artifact. */
  readTexts: (texts: ArtifactRef) => Promise<string[]>;
}

/**
 * What the prompts of each scenario are made of. Real prompts that leave no room for the new tokens are left out.
 *
 * @throws QuantloopError `invalid-spec` where the model has no room for a scenario.
 */
export async function promptSources(options: PromptSourceOptions): Promise<Map<Scenario, PromptSource>> {
  const { scenarios, folder, readTexts } = options;
  const { ids, contextLength = Infinity } = await readPromptVocabulary(folder);
  const sources = new Map<Scenario, PromptSource>();
  for (const scenario of scenarios) {
    const fresh = boundsOf(scenario.newTokens).max;
    if (scenario.prompts === undefined) {
      const prompt = boundsOf(scenario.promptTokens!).max;
      if (prompt + fresh > contextLength) {
        const tokens = `${prompt + fresh} tokens (${prompt} prompt + ${fresh} new)`;
        throw noRoom(scenario, tokens, contextLength, 'Lower promptTokens or newTokens.');
      }
      sources.set(scenario, { ids });
      continue;
    }
    const { loadTokenizer } = await import('@quantloop/models');
    const tokenizer = await loadTokenizer(folder);
    const all = (await readTexts(scenario.prompts)).map((text) => Int32Array.from(tokenizer.encode(text)));
    const prompts = all.filter(({ length }) => length > 0 && length + fresh <= contextLength);
    if (prompts.length === 0) {
      const shortest = Math.min(...all.map(({ length }) => length));
      const tokens = `at least ${shortest + fresh} tokens (${shortest} of its shortest prompt + ${fresh} new)`;
      throw noRoom(scenario, tokens, contextLength, 'Give shorter prompts, or lower newTokens.');
    }
    sources.set(scenario, { prompts });
  }
  return sources;
}

function noRoom({ name }: Scenario, tokens: string, room: number, hint: string): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message: `scenario "${name}" needs ${tokens}, the model has room for ${room}`,
    hint,
  });
}
