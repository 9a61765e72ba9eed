import { setTimeout as wait } from 'node:timers/promises';
import { openStore } from '@quantloop/artifacts';
import { runStage } from '@quantloop/jobs';
import { quantizeStage } from '@quantloop/quantize';
import { expect, onTestFinished, test } from 'vitest';
import { linearsFolder, temporaryFolder } from './support/model-folder.ts';
import { normals } from './support/random.ts';
import { recipeOf } from './support/recipe.ts';

/** Four weights of 16.8 million each: more than two seconds of work for both. */
const SIDE = 4096;
const SLOW = [
  { method: 'hqq', bits: 4 },
  { method: 'rtn', bits: 4, symmetric: false, options: { clip: 'mse' } },
] as const;

test.for(SLOW)(
  'cancelled in the middle of a weight, $method stops within 2 s',
  { timeout: 120_000 },
  async (written) => {
    const store = await openStore({ root: await temporaryFolder() });
    onTestFinished(() => store.close());
    const weight = normals(SIDE * SIDE, 1);
    const layers = [1, 2, 3, 4].map((i) => ({ name: `layer${i}`, k: SIDE, n: SIDE, weight }));
    const model = await store.putFolder(await linearsFolder(layers));
    const cancel = new AbortController();
    let progress = 0;
    const running = runStage(
      quantizeStage,
      { model, recipe: recipeOf(written) },
      {
        store,
        signal: cancel.signal,
        onProgress: () => {
          progress++;
        },
      },
    );
    let ended = 0;
    const outcome = running.then(
      () => 'finished',
      () => {
        ended = performance.now();
        return 'cancelled';
      },
    );
    while (progress === 0) await wait(20);
    await wait(300);
    const asked = performance.now();
    cancel.abort(new Error('cancelled by the test'));
    expect(await outcome).toBe('cancelled');
    expect(ended - asked).toBeLessThan(2000);
  },
);
