import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { quantizeFolder } from '@quantloop/quantize';
import { describe, expect, test } from 'vitest';
import { linearsFolder, temporaryFolder } from '../support/model-folder.ts';
import { optimizedOperators } from '../support/optimized-operators.ts';
import { normals } from '../support/random.ts';
import { recipeOf } from '../support/recipe.ts';

const fileBytes = async (folder: string): Promise<number> => {
  const files = ['model.onnx', 'model.onnx_data'].map((name) => stat(join(folder, name)));
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
};

describe.each(['nf4', 'fp4'])('%s with its magnitudes in 8 bits', (method) => {
  const quantized = async (k: number, n: number, doubleQuant: boolean) => {
    const source = await linearsFolder([{ name: 'a', k, n, weight: normals(k * n, 1) }]);
    const target = await temporaryFolder();
    const recipe = recipeOf({ method, granularity: { group: 64 }, options: { doubleQuant } });
    return { target, manifest: await quantizeFolder({ source, target, recipe }) };
  };

  test('takes 0.373 bits less per weight, in the manifest and on the disk', async () => {
    const weights = 4096 * 256;
    const [plain, double] = [await quantized(4096, 256, false), await quantized(4096, 256, true)];
    expect(plain.manifest.totals.bitsPerWeight).toBe(4 + 32 / 64);
    // 8 bits a block, 32 bits for 256 of them, and 32 for the offset of all.
    const bits = 4 + 8 / 64 + 32 / (64 * 256) + 32 / weights;
    expect(double.manifest.totals.bitsPerWeight).toBe(bits);
    const saved = (await fileBytes(plain.target)) - (await fileBytes(double.target));
    const promised = ((4.5 - bits) * weights) / 8;
    // What the further nodes take, with their names.
    expect(promised - saved).toBeGreaterThan(0);
    expect(promised - saved).toBeLessThan(2000);
  });

  test('costs less than 0.1 % of the error', async () => {
    const [plain, double] = [await quantized(1024, 64, false), await quantized(1024, 64, true)];
    const ratio = double.manifest.totals.error.relative / plain.manifest.totals.error.relative;
    expect(ratio).toBeGreaterThan(0.999);
    expect(ratio).toBeLessThan(1.001);
  });

  test.each([
    [64, 8],
    [300, 61],
  ])('[%d, %d]: is undone when the model is loaded, not for every token', async (k, n) => {
    const { target } = await quantized(k, n, true);
    expect(await optimizedOperators(target)).toEqual(['MatMulBnb4']);
  });
});
