import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { needsCalibration, type Recipe } from '@quantloop/core';
import { METHOD_FACTS, METHODS, quantizeFolder, type QuantizationManifest } from '@quantloop/quantize';
import { describe, expect, test } from 'vitest';
import { CHAIN_LAYERS, chainFolder } from './support/chain-folder.ts';
import { linearsFolder, temporaryFolder } from './support/model-folder.ts';
import { normals } from './support/random.ts';
import { recipeOf } from './support/recipe.ts';

const script = new URL('support/quantize-and-die.ts', import.meta.url).pathname;
const LAYERS = [64, 33, 128, 5].map((k, i) => ({ name: `l${i}`, k, n: 24, weight: normals(k * 24, i + 1) }));

const attempt = async (options: {
  source: string;
  target: string;
  store: string;
  recipe: Recipe;
  kill: string;
}) => {
  const { source, target, store, recipe, kill } = options;
  const args = [
    '--conditions=@quantloop/source',
    script,
    source,
    target,
    store,
    JSON.stringify(recipe),
    kill,
  ];
  return promisify(execFile)(process.execPath, args).then(
    ({ stdout }) => ({ resumed: Number(stdout) }),
    (error: { signal?: string; stderr?: string }) => ({ signal: error.signal ?? error.stderr }),
  );
};

const modelBytes = async (folder: string): Promise<Record<string, Buffer>> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))])),
  );
};

/** Those whose model is run once more, for the histograms of its rescaled inputs. */
const smoothed = recipeOf({ method: 'static-int8', options: { smooth: 0.5, ranges: 'mse' } });

describe('killed before any weight, a job goes on from the last finished one to the same bytes', () => {
  test.each([
    ...Object.keys(METHODS).map((method) => recipeOf({ method })),
    recipeOf({ method: 'fp8', options: { activations: 'static' } }),
    smoothed,
  ])('$method $options', async (recipe) => {
    const source = await chainFolder();
    const undisturbed = await temporaryFolder();
    const first = { source, target: undisturbed, store: await temporaryFolder(), recipe };
    expect(await attempt({ ...first, kill: 'never' })).toEqual({ resumed: 0 });
    const expected = await modelBytes(undisturbed);
    const { quantized } = JSON.parse(expected['quantization.json']!.toString()) as QuantizationManifest;
    // The embedding too, where the method takes it by default.
    expect(quantized.length).toBeGreaterThanOrEqual(CHAIN_LAYERS);

    const store = await temporaryFolder();
    const values = Array.from({ length: recipe === smoothed ? CHAIN_LAYERS : 0 }, (_, i) => `values ${i}`);
    const kills = [...values, ...quantized.map((_, i) => `tensors ${i + 1}`)];
    for (const kill of kills) {
      const target = await temporaryFolder();
      expect(await attempt({ source, target, store, recipe, kill })).toEqual({ signal: 'SIGKILL' });
      expect(Object.keys(await modelBytes(target))).not.toContain('model.onnx');
    }
    const target = await temporaryFolder();
    expect(await attempt({ source, target, store, recipe, kill: 'never' })).toEqual({
      resumed: quantized.length - 1,
    });
    expect(await modelBytes(target)).toEqual(expected);
  });
});

/** Finished weights in memory. */
const memory = (blocks = new Map<string, Uint8Array>()) => ({
  blocks,
  read: async (name: string) => blocks.get(name),
  write: async (name: string, bytes: Uint8Array) => void blocks.set(name, bytes),
});

describe('finished weights', () => {
  const run = async (
    method: string,
    source: string,
    checkpoint: ReturnType<typeof memory>,
    blockWeights = 1000,
  ) => {
    const target = await temporaryFolder();
    let resumed = 0;
    const onResumed = (blocks: number) => (resumed = blocks);
    await quantizeFolder({
      source,
      target,
      recipe: recipeOf({ method }),
      checkpoint,
      blockWeights,
      onResumed,
    });
    return { resumed, bytes: await modelBytes(target) };
  };

  const dataFree = Object.keys(METHODS).filter(
    (method) => !needsCalibration(recipeOf({ method }), METHOD_FACTS),
  );

  // Those that calibrate: calibrated.test.ts.
  test.each(dataFree)('%s: are taken over bit by bit', async (method) => {
    const source = await linearsFolder(LAYERS);
    const checkpoint = memory();
    const first = await run(method, source, checkpoint);
    const second = await run(method, source, checkpoint);
    // 1536, 792 + 3072 and 120 weights; the last block is never stored.
    expect([first.resumed, second.resumed]).toEqual([0, 2]);
    expect([...checkpoint.blocks.keys()]).toEqual(['block-00000', 'block-00001']);
    expect(second.bytes).toEqual(first.bytes);
  });

  test('of a small model are not stored: it is quicker to begin again', async () => {
    const checkpoint = memory();
    await run('rtn', await linearsFolder(LAYERS), checkpoint, 2 ** 20);
    expect(checkpoint.blocks.size).toBe(0);
  });

  test('of another storage are not taken for this one', async () => {
    const source = await linearsFolder(LAYERS);
    const checkpoint = memory();
    await run('rtn', source, checkpoint);
    const { resumed, bytes } = await run('nf4', source, checkpoint);
    expect(resumed).toBe(0);
    expect(bytes).toEqual((await run('nf4', source, memory())).bytes);
  });
});
