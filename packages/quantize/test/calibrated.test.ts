import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TensorReader } from '@quantloop/onnx';
import { quantizeFolder } from '@quantloop/quantize';
import { Arithmetic } from '@quantloop/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoModel, type DemoModel } from './support/demo-model.ts';
import { temporaryFolder } from './support/model-folder.ts';
import { layersWithInputs, outputError } from './support/output-error.ts';
import { recipeOf } from './support/recipe.ts';

const arithmetic = new Arithmetic({ threads: 1 });
afterAll(() => arithmetic.release());

let demo: DemoModel;
let layers: Awaited<ReturnType<typeof layersWithInputs>>;
beforeAll(async () => {
  demo = await demoModel({ texts: 48, tokens: 128 });
  layers = await layersWithInputs(demo.folder, demo.sequences, arithmetic);
});

describe('the output error of every layer of the demo model is smaller than that of rounding to nearest', () => {
  for (const bits of [2, 3, 4]) {
    for (const granularity of ['channel' as const, { group: 64 }]) {
      test(`gptq, ${bits} bits, ${JSON.stringify(granularity)}`, async () => {
        await using reader = await TensorReader.open(join(demo.folder, 'model.onnx'));
        expect(layers).toHaveLength(36);
        for (const layer of layers) {
          const by = (method: string) =>
            outputError({
              ...layer,
              reader,
              recipe: recipeOf({ method, bits, granularity, symmetric: false }),
            });
          expect(await by('gptq'), layer.linear.weight).toBeLessThan(await by('rtn'));
        }
      });
    }
  }
});

describe('an interrupted calibration', () => {
  const bytesOf = async (folder: string) =>
    Object.fromEntries(
      await Promise.all(
        (await readdir(folder))
          .sort()
          .map(async (name) => [name, await readFile(join(folder, name), 'base64')]),
      ),
    );

  test('goes on from each of its blocks to the same bytes, and leaves no scratch files', async () => {
    const { folder: source } = demo;
    const calibration = { sequences: demo.sequences.slice(0, 6) };
    const recipe = recipeOf({ method: 'gptq' });
    const blocks = new Map<string, Uint8Array>();
    const checkpoint = {
      read: async (name: string) => blocks.get(name),
      write: async (name: string, bytes: Uint8Array) => void blocks.set(name, bytes),
    };
    const attempt = async (stopAt: number) => {
      const target = await temporaryFolder();
      const stop = new AbortController();
      let resumed = 0;
      const done = quantizeFolder({
        source,
        target,
        recipe,
        calibration,
        checkpoint,
        blockWeights: 1,
        signal: stop.signal,
        onProgress: ({ done }) => {
          if (done === stopAt) stop.abort(new Error('stopped'));
        },
        onResumed: (count) => (resumed = count),
      });
      await done.catch((error: Error) => expect(error.message).toBe('stopped'));
      expect((await readdir(target)).filter((name) => name.startsWith('.'))).toEqual([]);
      return { target, resumed };
    };
    const whole = await attempt(-1);
    const expected = await bytesOf(whole.target);
    blocks.clear();
    for (let stopAt = 1; stopAt < 36; stopAt++) await attempt(stopAt);
    const last = await attempt(-1);
    expect(last.resumed).toBe(35);
    expect(await bytesOf(last.target)).toEqual(expected);
  });
});

test('without calibration texts a method that needs them says so', async () => {
  const run = quantizeFolder({
    source: demo.folder,
    target: await temporaryFolder(),
    recipe: recipeOf({ method: 'gptq' }),
  });
  await expect(run).rejects.toMatchObject({ code: 'invalid-spec', message: 'gptq needs calibration texts.' });
});
