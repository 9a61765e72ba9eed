import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { hostname, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { campaignWorkflowId } from '@quantloop/core';
import { anonymous } from './anonymous.ts';
import { HISTORIES } from './histories.ts';

/**
 * Records histories of a campaign that goes on in a new run of its workflow, is listed by search attributes, and one of whose
 * stages a drained worker hands over. Real workers, and a server that suggests new runs early; the Temporal CLI is
 * `TEMPORAL_CLI_PATH`, else on the PATH.
 * `node --conditions=@quantloop/source packages/core/test/workflows/record-hand-over.ts`
 */
const CAMPAIGN = {
  campaign: 'handed-over',
  models: [{ id: 'demo', source: 'builtin:demo' }],
  targets: [{ id: 'this-cpu', engine: { kind: 'onnxruntime', threads: 1 } }],
  evaluation: {
    fidelity: [
      { task: 'demo_agreement', limit: 100 },
      { task: 'demo_stories', limit: 60 },
    ],
    performance: [{ scenario: 'single-stream', promptTokens: 4, newTokens: 2, requests: 3 }],
  },
  requirements: { metric: 'model.bytes', maxRatio: 0.5 },
  objective: { minimize: 'model.bytes' },
  search: { race: 'off', recipes: [{ method: 'rtn', bits: [8, 4], granularity: 'channel' }] },
};

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const MAIN = join(ROOT, 'apps/cli/src/main.ts');
const TEMPORAL = process.env['TEMPORAL_CLI_PATH'] ?? 'temporal';
/** Events. */
const SUGGEST_AT = 40;

const folder = await realpath(await mkdtemp(join(tmpdir(), 'recording-')));
const children: ChildProcess[] = [];
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
const begin = (program: string, ...args: string[]) => {
  const child = spawn(program, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, QUANTLOOP_PATIENCE: '0' },
  });
  children.push(child);
  return child;
};

const port = await freePort();
const address = `127.0.0.1:${port}`;
const suggestion = `limit.historyCount.suggestContinueAsNew=${SUGGEST_AT}`;
begin(
  TEMPORAL,
  ...['server', 'start-dev', '--headless', '--port', String(port), '--log-level', 'error'],
  ...['--dynamic-config-value', suggestion],
  ...['Campaign=Keyword', 'Model=KeywordList', 'Target=KeywordList', 'Outcome=Keyword'].flatMap((each) => [
    '--search-attribute',
    `Quantloop${each}`,
  ]),
);
const connection = await untilConnected();
const client = new Client({ connection });

const quantloop = (...args: string[]) =>
  begin(process.execPath, '--conditions=@quantloop/source', MAIN, ...args, '--json', '--address', address);
async function worker(...roles: string[]): Promise<ChildProcess> {
  const child = quantloop('worker', ...roles);
  await once(createInterface(child.stdout!), 'line');
  return child;
}

await writeFile(join(folder, 'campaign.json'), JSON.stringify(CAMPAIGN));
await worker('--control', '--prepare');
const first = await worker('--target', 'this-cpu');
const run = quantloop('run', 'campaign.json');
const ended = once(run, 'close') as Promise<[number]>;
const interrupted = await midway('evaluateFidelity');
first.kill('SIGTERM');
await once(first, 'close');
await worker('--target', 'this-cpu');
const [code] = await ended;
if (code !== 0) throw new Error(`The campaign ended with exit code ${code}.`);

const hide = anonymous({
  [folder]: '/campaigns',
  [ROOT]: '/quantloop/',
  [hostname()]: 'host',
  [release()]: '6.0.0',
  [address]: '127.0.0.1:7233',
});
const runs: { runId: string; startTime: Date }[] = [];
const query = `WorkflowId = '${campaignWorkflowId(CAMPAIGN.campaign)}'`;
while (runs.length < 2) {
  runs.length = 0;
  for await (const execution of client.workflow.list({ query })) runs.push(execution);
  await sleep(200);
}
runs.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
const id = campaignWorkflowId(CAMPAIGN.campaign);
await record('campaign-handing-over', id, runs[0]!.runId);
await record('campaign-taken-over', id, runs[1]!.runId);
await record('trial-drained', interrupted);
await connection.close();
for (const child of children.reverse()) {
  if (child.exitCode !== null) continue;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
}
await rm(folder, { recursive: true });

async function record(name: string, workflowId: string, runId?: string): Promise<void> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  await writeFile(join(HISTORIES, `${name}.json`), `${hide(JSON.parse(historyToJSON(history)))}\n`);
}

/** The workflow whose stage of this name has come some way. */
async function midway(stage: string): Promise<string> {
  for (;;) {
    await sleep(20);
    for await (const { workflowId } of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
      const { raw } = await client.workflow.getHandle(workflowId).describe();
      for (const { activityType, heartbeatDetails } of raw.pendingActivities ?? []) {
        if (activityType?.name !== stage) continue;
        const [payload] = heartbeatDetails?.payloads ?? [];
        if (payload?.data == null) continue;
        const { done = 0 } = JSON.parse(Buffer.from(payload.data).toString()) as { done?: number };
        if (done > 0) return workflowId;
      }
    }
  }
}

async function untilConnected(): Promise<Connection> {
  for (;;) {
    try {
      const made = await Connection.connect({ address, connectTimeout: 1000 });
      await made.workflowService.describeNamespace({ namespace: 'default' });
      return made;
    } catch {
      await sleep(200);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
