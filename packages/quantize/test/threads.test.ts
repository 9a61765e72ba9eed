import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '@quantloop/core';
import { quantizeFolder } from '@quantloop/quantize';
import { describe, expect, test } from 'vitest';
import { linearsFolder, temporaryFolder } from './support/model-folder.ts';
import { normals } from './support/random.ts';
import { recipeOf } from './support/recipe.ts';

const bytesOf = async (source: string, recipe: Recipe, threads: number): Promise<Record<string, Buffer>> => {
  const target = await temporaryFolder();
  await quantizeFolder({ source, target, recipe, threads });
  const names = (await readdir(target)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(target, name))])),
  );
};

/** Two pieces, which end where no panel does; an inline weight; and enough others to keep threads busy. */
const LARGE = { name: 'large', k: 96, n: 2 ** 17 + 3 };
const LAYERS = [
  ...[3, 700, 64, 33].map((k, i) => ({ name: `l${i}`, k, n: 40, weight: normals(k * 40, i + 1) })),
  { ...LARGE, weight: Float32Array.from({ length: LARGE.k * LARGE.n }, (_, i) => Math.sin(i * 1.7)) },
  { name: 'last', k: 256, n: 100, weight: normals(25600, 9) },
];

describe('a model rounded in threads is the same, byte by byte, as in one', () => {
  test.each([
    { method: 'rtn', bits: 4, granularity: { group: 32 } },
    { method: 'rtn', bits: 3, granularity: { group: 16 }, symmetric: false },
    { method: 'rtn', bits: 2, granularity: 'channel' as const, symmetric: false },
    { method: 'rtn', bits: 8, granularity: 'tensor' as const },
    { method: 'hqq', bits: 3, granularity: { group: 32 } },
    { method: 'nf4', options: { doubleQuant: true } },
    { method: 'dynamic-int8' },
    { method: 'fp8' },
    { method: 'bf16' },
    { method: 'dynamic-int8', granularity: 'tensor' as const },
  ])('$method, $bits bits, $granularity', async (written) => {
    const source = await linearsFolder(LAYERS);
    const recipe = recipeOf(written);
    const [one, three] = [await bytesOf(source, recipe, 1), await bytesOf(source, recipe, 3)];
    expect(Object.keys(three)).toEqual(Object.keys(one));
    for (const name of Object.keys(one)) expect(three[name]!.equals(one[name]!), name).toBe(true);
  });
});

describe('a thread', () => {
  test.each([1, 2])(
    'names a weight that is not finite by its place in the whole (%d threads)',
    async (threads) => {
      const weight = new Float32Array(LARGE.k * LARGE.n).fill(1);
      weight[5 * LARGE.n + 2 ** 17] = Infinity;
      const source = await linearsFolder([LAYERS[1]!, { ...LARGE, weight }, LAYERS[5]!]);
      const promise = quantizeFolder({
        source,
        target: await temporaryFolder(),
        recipe: recipeOf({ method: 'rtn' }),
        threads,
      });
      await expect(promise).rejects.toMatchObject({
        code: 'non-finite',
        message: `Weight "large.weight" holds Infinity at input 5, output ${2 ** 17}.`,
        hint: expect.stringMatching(/exclude/),
      });
    },
  );

  test('ends at once when the job is cancelled, in the middle of a weight', async () => {
    const target = await temporaryFolder();
    const stop = new AbortController();
    const recipe = recipeOf({ method: 'rtn', options: { clip: 'mse' } });
    let asked = 0;
    const promise = quantizeFolder({
      source: await linearsFolder(LAYERS),
      target,
      recipe,
      threads: 2,
      signal: stop.signal,
      onProgress: ({ note }) => {
        if (note !== 'large.weight') return;
        setTimeout(() => {
          asked = performance.now();
          stop.abort(new Error('enough'));
        }, 50);
      },
    });
    await expect(promise).rejects.toThrow('enough');
    expect(performance.now() - asked).toBeLessThan(500);
    expect(await readdir(target)).toEqual([]);
  });
});
