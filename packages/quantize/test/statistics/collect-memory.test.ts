import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { childEnvironment } from '@quantloop/jobs';
import { expect, test } from 'vitest';
import { chainFolder } from '../support/chain-folder.ts';
import { temporaryFolder } from '../support/model-folder.ts';

const script = new URL('../support/collect-and-die.ts', import.meta.url).pathname;

test(
  'the peak memory of collecting statistics hardly grows with the text',
  { timeout: 120_000 },
  async () => {
    const source = await chainFolder([128, 128, 2048]);
    const peak = async (sequences: number) => {
      const [target, store] = [await temporaryFolder(), await temporaryFolder()];
      const args = ['--conditions=@quantloop/source', script, source, target, store, '-1', String(sequences)];
      const { stdout } = await promisify(execFile)(process.execPath, args, { env: childEnvironment() });
      return (JSON.parse(stdout) as { peak: number }).peak;
    };
    // It would by 780 MiB if the values of a layer were held: 128 for each of 1.6 million tokens.
    const growth = (await peak(3000)) - (await peak(200));
    expect(growth).toBeLessThan(128);
  },
);
