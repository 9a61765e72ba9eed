import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { hostname, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client, Connection, type WorkflowExecutionInfo } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { ACT_UPDATE, campaignWorkflowId, type ActInput } from '@quantloop/core';
import { anonymous } from './anonymous.ts';
import { HISTORIES } from './histories.ts';

/**
 * Records histories that `replay.test.ts` replays, of this version, from a small campaign on a real server with real workers. Run it
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
    race: 'off',
    // One more than run at once, so that the order in which they begin is recorded too; the last one fails.
    recipes: [
      { method: 'rtn', bits: [8, 4], granularity: 'channel' },
      { method: 'nf4' },
      { method: 'dynamic-int8' },
      { method: 'rtn', bits: 8, granularity: 'channel', exclude: ['*'] },
    ],
  },
};

/** One that looks again at trials, plans a second round, and asks people. */
const SEARCHING = {
  ...CAMPAIGN,
  campaign: 'searching',
  evaluation: { ...CAMPAIGN.evaluation, fidelity: [{ task: 'demo_agreement', limit: 100 }] },
  requirements: {
    all: [
      { metric: 'demo_agreement.acc', maxDrop: 0.03 },
      { metric: 'model.bytes', maxRatio: 0.5 },
    ],
  },
  search: { refine: 'auto', recipes: [{ method: 'rtn', bits: [3, 4], granularity: 'channel' }] },
  budget: { trials: 4, rounds: 2 },
  approval: true,
};

/** One that people hold, let go on, and have end early. */
const HELD = {
  ...CAMPAIGN,
  campaign: 'held',
  evaluation: {
    fidelity: [{ task: 'demo_stories', limit: 4 }],
    // Long enough for people to come in between.
    performance: [{ scenario: 'single-stream', promptTokens: 16, newTokens: 32, requests: 60 }],
  },
};

/** One that a schedule begins. */
const SCHEDULED = { ...CAMPAIGN, campaign: 'scheduled', schedule: { cron: '@monthly' } };

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const MAIN = join(ROOT, 'apps/cli/src/main.ts');

const folder = await realpath(await mkdtemp(join(tmpdir(), 'recording-')));
const command = (...args: string[]) =>
  spawn(process.execPath, ['--conditions=@quantloop/source', MAIN, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });

await writeFile(join(folder, 'campaign.json'), JSON.stringify(CAMPAIGN));
await writeFile(join(folder, 'searching.json'), JSON.stringify(SEARCHING));
await writeFile(join(folder, 'held.json'), JSON.stringify(HELD));
await writeFile(join(folder, 'scheduled.json'), JSON.stringify(SCHEDULED));
const worker = command('worker', '--control', '--prepare', '--target', 'this-cpu', '--json');
// Also where the recording fails.
process.on('exit', () => worker.kill('SIGTERM'));
const [ready] = (await once(createInterface(worker.stdout), 'line')) as [string];
const { address } = JSON.parse(ready) as { address: string };
// The second time what is stored is recalled.
await run('campaign.json');
await run('campaign.json');

const connection = await Connection.connect({ address });
const client = new Client({ connection });
await Promise.all([run('searching.json'), act('searching', 'approve')]);
await Promise.all([run('held.json'), act('held', 'pause').then(letGoOn)]);
await done('schedule', 'apply', 'scheduled.json');
await done('schedule', 'trigger', 'scheduled');
await night();

const hide = anonymous({
  [folder]: '/campaigns',
  [ROOT]: '/quantloop/',
  [hostname()]: 'host',
  [release()]: '6.0.0',
  [address]: '127.0.0.1:7233',
});
const executions: WorkflowExecutionInfo[] = [];
for await (const execution of client.workflow.list()) executions.push(execution);
executions.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
const campaigns = executions.filter(({ type }) => type === 'campaignWorkflow');
const trial = (ending: string) =>
  executions.find(({ workflowId }) => workflowId.endsWith(`this-cpu.${ending}`));
const recorded = {
  campaign: campaigns[0],
  'campaign-recalled': campaigns[1],
  'campaign-searching': campaigns[2],
  'campaign-held': campaigns[3],
  night: executions.find(({ type }) => type === 'nightWorkflow'),
  'trial-baseline': trial('baseline'),
  'trial-measured': trial('rtn-int8-channel-sym'),
  'trial-further-look': trial('rtn-int4-channel-sym/look-2'),
  'trial-failed': trial('rtn-int8-channel-sym-without-_'),
};
for (const [name, execution] of Object.entries(recorded)) {
  if (execution === undefined) throw new Error(`There is no ${name} to record.`);
  const history = await client.workflow.getHandle(execution.workflowId, execution.runId).fetchHistory();
  await writeFile(join(HISTORIES, `${name}.json`), `${hide(JSON.parse(historyToJSON(history)))}\n`);
}
await connection.close();
const closed = once(worker, 'close');
worker.kill('SIGTERM');
await closed;
await rm(folder, { recursive: true });

function run(file: string): Promise<void> {
  return done('run', file);
}

async function done(...args: string[]): Promise<void> {
  const [ended] = (await once(command(...args, '--json', '--address', address), 'close')) as [number];
  if (ended !== 0) throw new Error(`${args.join(' ')} ended with exit code ${ended}.`);
}

async function night(): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    for await (const { status } of client.workflow.list({ query: "WorkflowType = 'nightWorkflow'" })) {
      if (status.name === 'COMPLETED') return;
    }
  }
}

/** As soon as it is taken. */
async function act(campaign: string, kind: 'approve' | 'pause' | 'go-on' | 'finish'): Promise<void> {
  const handle = client.workflow.getHandle(campaignWorkflowId(campaign));
  const input: ActInput = { kind, by: 'somebody' };
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const accepted = await handle.executeUpdate(ACT_UPDATE, { args: [input] }).then(
      () => true,
      () => false,
    );
    if (accepted) return;
  }
}

/** Long enough for what had begun to end. */
async function letGoOn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5000));
  await act('held', 'go-on');
  await act('held', 'finish');
}
