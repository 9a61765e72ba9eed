import { hash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Load } from './load.ts';

export interface DrawOptions {
  load: Load;
  /** Which request of the load. Every model is given the same prompts for the same request. */
  request: number;
  seed: number;
  /** Token ids to draw from. */
  ids: Int32Array;
}

/** Random prompts of a request, as vLLM's `random` data set has them: the same for the same seed, load and request. */
export function drawPrompts(options: DrawOptions): Int32Array[] {
  const { load, request, seed, ids } = options;
  const state = Number.parseInt(hash('sha256', `${seed}/${load.name}/${request}`, 'hex').slice(0, 8), 16);
  const random = xoroshiro128plus(state | 0);
  return Array.from({ length: load.batch }, () =>
    Int32Array.from({ length: load.promptTokens }, () => ids[uniformInt(random, 0, ids.length - 1)]!),
  );
}
