import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { compileKernel, kernelNames } from '../scripts/compile-kernels.ts';

test.each(await kernelNames())('%s.wasm is what its sources compile to', async (name) => {
  const committed = await readFile(new URL(`../kernels/${name}.wasm`, import.meta.url));
  expect(
    Buffer.from(await compileKernel(name)).equals(committed),
    'npm run generate -w packages/quantize',
  ).toBe(true);
});
