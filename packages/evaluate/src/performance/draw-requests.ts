import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { drawCount } from './draw-count.ts';
import type { Load } from './load.ts';
import { seeded } from './seeded.ts';

/** What a model is asked for. */
export interface DrawnRequest {
  prompt: Int32Array;
  newTokens: number;
}

/** What prompts are made of: token ids to draw from, or real prompts to take in order. */
export type PromptSource = { ids: Int32Array } | { prompts: readonly Int32Array[] };

export interface DrawOptions {
  load: Load;
  /** Which request (offline: batch) of the load; negative numbers are the warm-up's. */
  request: number;
  seed: number;
  source: PromptSource;
}

/**
 * The rows of a request: the same for every model, seed, load and request. Random prompts are as vLLM's `random` data
 * set has them.
 */
export function drawRequests(options: DrawOptions): DrawnRequest[] {
  const { load, request, seed, source } = options;
  const random = seeded(seed, `${load.name}/${request}`);
  const rows = load.kind === 'server' ? 1 : load.batch;
  return Array.from({ length: rows }, (_, row) => {
    const newTokens = drawCount(random, load.newTokens);
    if ('prompts' in source) {
      const { prompts } = source;
      const place = (request * rows + row) % prompts.length;
      return { prompt: prompts[place < 0 ? place + prompts.length : place]!, newTokens };
    }
    const { ids } = source;
    const length = drawCount(random, load.promptTokens!);
    const prompt = Int32Array.from({ length }, () => ids[uniformInt(random, 0, ids.length - 1)]!);
    return { prompt, newTokens };
  });
}
