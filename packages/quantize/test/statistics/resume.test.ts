import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { CHAIN_LAYERS, chainFolder } from '../support/chain-folder.ts';
import { temporaryFolder } from '../support/model-folder.ts';

const script = new URL('../support/collect-and-die.ts', import.meta.url).pathname;

const attempt = async (options: { source: string; store: string; kill: number }) => {
  const { source, store, kill } = options;
  const target = await temporaryFolder();
  const args = ['--conditions=@quantloop/source', script, source, target, store, String(kill)];
  const { stdout } = await promisify(execFile)(process.execPath, args).catch(
    (error: { stdout: string }) => error,
  );
  const printed = stdout === '' ? undefined : (JSON.parse(stdout) as { resumed: number });
  const files = ['statistics.json', 'statistics.bin'].map((name) =>
    readFile(join(target, name)).catch(() => name),
  );
  return { printed, files: await Promise.all(files) };
};

test('killed before any value, statistics go on from the last finished one to the same bytes', async () => {
  const source = await chainFolder();
  const undisturbed = await attempt({ source, store: await temporaryFolder(), kill: -1 });
  const store = await temporaryFolder();
  for (let kill = 0; kill < CHAIN_LAYERS; kill++) {
    const { printed, files } = await attempt({ source, store, kill });
    expect(printed).toBeUndefined();
    expect(files[0]).toBe('statistics.json');
  }
  // Killed when all is written, but before anyone was told.
  await attempt({ source, store, kill: CHAIN_LAYERS });
  const { printed, files } = await attempt({ source, store, kill: -1 });
  expect(printed!.resumed).toBe(CHAIN_LAYERS);
  expect(files).toEqual(undisturbed.files);
});
