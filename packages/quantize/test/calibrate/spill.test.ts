import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Tensor } from '@quantloop/runtime';
import { expect, test } from 'vitest';
import { Spill } from '../../src/calibrate/spill.ts';
import { temporaryFolder } from '../support/model-folder.ts';

/** 8 MiB. */
const LENGTH = 2 ** 21;
const tensorOf = (value: number) =>
  new Tensor('float32', new Float32Array(LENGTH).fill(value), [2, LENGTH / 2]);

test('tensors beyond 32 MiB are on disk, read back as they were, and their places are written again', async () => {
  const folder = join(await temporaryFolder(), 'spill');
  const bytesOnDisk = async () => (await stat(join(folder, 'values'))).size;
  {
    await using spill = await Spill.open(folder);
    const read = async (name: string, batch: number, last: boolean) => {
      const { tensor, giveBack } = await spill.borrow(name, batch, last);
      const seen = [tensor.type, ...tensor.dims, tensor.data[0], tensor.data[LENGTH - 1]];
      giveBack();
      return seen;
    };
    const expected = (value: number) => ['float32', 2, LENGTH / 2, value, value];
    for (const value of [0, 1, 2]) await spill.append('x', tensorOf(value));
    for (const value of [10, 11, 12]) await spill.append('y', tensorOf(value));
    expect(await bytesOnDisk()).toBe(2 * 4 * LENGTH);
    for (const last of [false, true]) {
      for (const batch of [0, 1, 2]) {
        expect(await read('x', batch, last)).toEqual(expected(batch));
        expect(await read('y', batch, last)).toEqual(expected(10 + batch));
      }
    }
    await expect(read('x', 0, true)).rejects.toThrow('No tensor "x" of batch 0');
    expect(spill.describe('x', 0)).toMatchObject({ type: 'float32', dims: [2, LENGTH / 2] });

    // Four are held again, and two take the places of those that were read.
    for (const value of [0, 1, 2, 3, 4, 5]) await spill.append('z', tensorOf(value));
    expect(await bytesOnDisk()).toBe(2 * 4 * LENGTH);
    for (const batch of [0, 1, 2, 3, 4, 5]) expect(await read('z', batch, false)).toEqual(expected(batch));
    spill.drop('z');
    expect(spill.describe('z', 0)).toBeUndefined();
  }
  await expect(readdir(folder)).rejects.toThrow('ENOENT');
});
