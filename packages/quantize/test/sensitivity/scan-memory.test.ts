import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { childEnvironment } from '@quantloop/jobs';
import { expect, test } from 'vitest';
import { chainFolder } from '../support/chain-folder.ts';
import { temporaryFolder } from '../support/model-folder.ts';
import { weightRecipeOf } from '../support/recipe.ts';

const script = new URL('../support/scan-and-die.ts', import.meta.url).pathname;

test('the peak memory of a scan hardly grows with the text', { timeout: 120_000 }, async () => {
  const source = await chainFolder([128, 128, 2048]);
  const recipes = JSON.stringify([weightRecipeOf({ method: 'rtn' })]);
  const window = JSON.stringify(Array.from({ length: 128 }, (_, i) => (i * 5) % 16));
  const peak = async (windows: number) => {
    const [scratch, store] = [await temporaryFolder(), await temporaryFolder()];
    const args = [script, source, scratch, store, recipes, window, '-1', String(windows)];
    const flags = ['--conditions=@quantloop/source'];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, ...args], {
      env: childEnvironment(),
    });
    return (JSON.parse(stdout) as { peak: number }).peak;
  };
  // It would by 217 MiB if each walk held 128 MiB of values; the logits of all tokens are 48 and 192 MiB.
  const growth = (await peak(192)) - (await peak(48));
  expect(growth).toBeLessThan(64);
});
