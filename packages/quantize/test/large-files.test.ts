import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { graphOf, readModel, TensorReader, verifyModel, writeModel } from '@quantloop/onnx';
import { quantizeFolder } from '@quantloop/quantize';
import { expect, test } from 'vitest';
import { linearsFolder, temporaryFolder } from './support/model-folder.ts';
import { recipeOf } from './support/recipe.ts';

const full = process.env['QUANTLOOP_FULL'] === '1';
const [K, N] = [2 ** 15, 17000];
const NAMES = ['first', 'second', 'packed', 'tail'];

/** Three weights of 2.2 GB each and a small one behind them, zeros but for a first and a last number: a sparse file. */
async function sparseFolder(): Promise<string> {
  const folder = await linearsFolder(
    NAMES.map((name) => ({ name, k: 64, n: 32, weight: new Float32Array(64 * 32) })),
  );
  const file = join(folder, 'model.onnx');
  const model = await readModel(file);
  const handle = await open(join(folder, 'model.onnx_data'), 'r+');
  let offset = 0;
  for (const tensor of graphOf(model).initializer) {
    const [k, n] = tensor.name === 'tail.weight' ? [64, 32] : [K, N];
    const byteLength = 4 * k * n;
    tensor.dims = [BigInt(k), BigInt(n)];
    for (const entry of tensor.externalData) {
      if (entry.key === 'offset') entry.value = String(offset);
      if (entry.key === 'length') entry.value = String(byteLength);
    }
    await handle.truncate(offset + byteLength);
    await handle.write(Float32Array.of(-1), 0, 4, offset);
    await handle.write(Float32Array.of(3), 0, 4, offset + byteLength - 4);
    offset += byteLength;
  }
  await handle.close();
  await writeModel({ model, file });
  return folder;
}

test.skipIf(!full)(
  'tensors over 2 GiB and data files over 4 GiB are read and written right (set QUANTLOOP_FULL=1: 5 GB of disk)',
  { timeout: 600_000 },
  async () => {
    const source = await sparseFolder();
    expect((await stat(join(source, 'model.onnx_data'))).size).toBeGreaterThan(1.5 * 2 ** 32);
    const target = await temporaryFolder();
    const recipe = recipeOf({
      method: 'rtn',
      granularity: { group: 32 },
      exclude: ['first*', 'second*', 'tail*'],
    });
    const manifest = await quantizeFolder({ source, target, recipe });
    expect(manifest.quantized.map(({ name }) => name)).toEqual(['packed.weight']);
    expect((await stat(join(target, 'model.onnx_data'))).size).toBeGreaterThan(2 ** 32);
    await verifyModel(join(target, 'model.onnx'));

    await using reader = await TensorReader.open(join(target, 'model.onnx'));
    for (const [name, k, n] of [
      ['first.weight', K, N],
      ['second.weight', K, N],
      ['tail.weight', 64, 32],
    ] as const) {
      const corner = (firstRow: number, firstColumn: number) =>
        reader.readBlock(name, { firstRow, rows: 1, firstColumn, columns: 2 });
      expect([...(await corner(0, 0)), ...(await corner(k - 1, n - 2))], name).toEqual([-1, 0, 0, 3]);
    }
    // The largest magnitude of a block has the code 0, a weight of 0 the code 8; the first of two lies in the low half.
    const codes = await reader.read('packed.weight.codes');
    expect([codes.length, codes[0], codes.at(-1)]).toEqual([(K * N) / 2, 0x80, 0x08]);
    expect(codes.subarray(1, -1).every((byte) => byte === 0x88)).toBe(true);
    const scales = await reader.readFloat32('packed.weight.scales');
    expect([scales[0], scales.at(-1)]).toEqual([1 / 8, -3 / 8]);
    expect(scales.subarray(1, -1).every((scale) => scale === 0)).toBe(true);
  },
);
