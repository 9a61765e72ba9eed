import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Recipe } from '@quantloop/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { deepChain, LAYER_BYTES } from './support/deep-chain.ts';
import { temporaryFolder } from './support/model-folder.ts';
import { recipeOf } from './support/recipe.ts';

const full = process.env['QUANTLOOP_FULL'] === '1';
const script = new URL('support/quantize-alone.ts', import.meta.url).pathname;
const MIB = 2 ** 20;
const [FEW, MANY] = [40, 160];

let models: Record<number, string>;
beforeAll(async () => {
  models = { [FEW]: await deepChain(FEW), [MANY]: await deepChain(MANY) };
}, 60_000);

/** Largest resident set of a process that quantizes so many layers. */
async function peakOf(layers: number, recipe: Recipe): Promise<number> {
  const model = [models[layers]!, await temporaryFolder(), JSON.stringify(recipe)];
  const args = ['--conditions=@quantloop/source', script, ...model];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout);
}

const layersBefore = (end: number) => Array.from({ length: end }, (_, i) => `l${i}.weight`);

describe('a model of 640 MiB takes little more than a quarter of it does, and less than it is large', () => {
  const flat = async (recipe: (layers: number) => Recipe) => {
    const few = await peakOf(FEW, recipe(FEW));
    const many = await peakOf(MANY, recipe(MANY));
    expect(MANY * LAYER_BYTES).toBe(640 * MIB);
    expect(many).toBeLessThan(400 * MIB);
    expect(many - few).toBeLessThan(100 * MIB);
  };

  test('rtn', () => flat(() => recipeOf({ method: 'rtn' })));

  // The layers that come before are not in memory at once either, although nothing is asked of them.
  test('gptq of the last 8 layers', () =>
    flat((layers) => recipeOf({ method: 'gptq', exclude: layersBefore(layers - 8) })));

  test.skipIf(!full)('gptq of all layers (set QUANTLOOP_FULL=1: half a minute)', { timeout: 300_000 }, () =>
    flat(() => recipeOf({ method: 'gptq' })),
  );
});
