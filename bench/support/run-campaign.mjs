import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromSources, node24, root } from '../../scripts/run-node.mjs';

/** Runs a campaign in a folder, with a store and a server of its own there: exit code, seconds, the outcome and the board. */
export async function runCampaign(campaign, folder) {
  const file = join(folder, 'campaign.json');
  await writeFile(file, JSON.stringify(campaign));
  const started = performance.now();
  const child = spawn(node24, [...fromSources, join(root, 'apps/cli/src/main.ts'), 'run', file, '--json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const seconds = (performance.now() - started) / 1000;
  // 3: nothing acceptable, which is an outcome too.
  if (code !== 0 && code !== 3) throw new Error(`The campaign ended with exit code ${code}.`);
  const result = JSON.parse(output);
  const { trials } = JSON.parse(await readFile(join(result.folder, 'trials.json'), 'utf8'));
  return { code, seconds, result, trials };
}
