import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { hostname, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { anonymous } from './anonymous.ts';

/**
 * Records the histories that `replay.test.ts` replays, from a small campaign on a real server with real workers. Run it
 * after a change of the workflows that is meant to change what they do:
 * `node --conditions=@quantloop/source packages/core/test/workflows/record-histories.ts`
 */
const CAMPAIGN = {
  campaign: 'recorded',
  models: [{ id: 'demo', source: 'builtin:demo' }],
  targets: [{ id: 'this-cpu', engine: { kind: 'onnxruntime', threads: 1 } }],
  evaluation: {
    fidelity: [{ task: 'demo_stories', limit: 3 }],
    performance: [{ scenario: 'single-stream', promptTokens: 4, newTokens: 2, requests: 3 }],
  },
  requirements: { metric: 'model.bytes', maxRatio: 0.5 },
  objective: { minimize: 'model.bytes' },
  search: {
    // One more than run at once, so that the order in which they begin is recorded too; the last one fails.
    recipes: [
      { method: 'rtn', bits: [8, 4], granularity: 'channel' },
      { method: 'nf4' },
      { method: 'dynamic-int8' },
      { method: 'rtn', bits: 8, granularity: 'channel', exclude: ['*'] },
    ],
  },
};

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const MAIN = join(ROOT, 'apps/cli/src/main.ts');
const HISTORIES = fileURLToPath(new URL('./histories/', import.meta.url));

const folder = await realpath(await mkdtemp(join(tmpdir(), 'recording-')));
const command = (...args: string[]) =>
  spawn(process.execPath, ['--conditions=@quantloop/source', MAIN, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });

await writeFile(join(folder, 'campaign.json'), JSON.stringify(CAMPAIGN));
const worker = command('worker', '--control', '--prepare', '--target', 'this-cpu', '--json');
const [ready] = (await once(createInterface(worker.stdout), 'line')) as [string];
const { address } = JSON.parse(ready) as { address: string };
const run = command('run', 'campaign.json', '--json', '--address', address);
const [ended] = (await once(run, 'close')) as [number];
if (ended !== 0) throw new Error(`The campaign ended with exit code ${ended}.`);

const connection = await Connection.connect({ address });
const client = new Client({ connection });
const hide = anonymous({
  [folder]: '/campaigns',
  [ROOT]: '/quantloop/',
  [hostname()]: 'host',
  [release()]: '6.0.0',
  [address]: '127.0.0.1:7233',
});
/** The end of a workflow's id, and the file that its history goes to. */
const RECORDED = {
  'campaign-recorded': 'campaign',
  '/demo.this-cpu.baseline': 'trial-baseline',
  '/demo.this-cpu.rtn-int8-channel-sym': 'trial-measured',
  '/demo.this-cpu.rtn-int8-channel-sym-without-_': 'trial-failed',
};
for await (const { workflowId } of client.workflow.list()) {
  const file = Object.entries(RECORDED).find(([end]) => workflowId.endsWith(end))?.[1];
  if (file === undefined) continue;
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  const text = hide(JSON.parse(historyToJSON(history)));
  await writeFile(join(HISTORIES, `${file}.json`), `${text}\n`);
}
await connection.close();
worker.kill('SIGTERM');
await once(worker, 'close');
await rm(folder, { recursive: true });
