import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@quantloop/artifacts';
import {
  CAMPAIGN_WORKFLOW,
  campaignWorkflowId,
  CONTROL_QUEUE,
  expandRecipes,
  candidateOf,
  type Campaign,
  type CampaignPhase,
  type CampaignProgress,
  type CampaignWorkflowInput,
  type CampaignWorkflowResult,
} from '@quantloop/core';
import { METHOD_FACTS } from '@quantloop/quantize';
import { installRuntime, startControlWorker } from '@quantloop/worker';
import { openLog } from '@quantloop/worker/log';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { campaignProgress } from '../../src/run/campaign-progress.ts';
import { campaignSnapshot } from '../../src/run/campaign-snapshot.ts';
import { embeddedServer } from '../../src/temporal/embedded-server.ts';
import { stubWorkers } from './stub-workers.ts';

export interface ScaleOptions {
  /** Empty; receives the server's database, the store and the run. */
  folder: string;
  models: number;
  targets: number;
  /** At most 24. */
  recipes: number;
  /** Events from which on the server suggests a new run. @default 4,096, the server's own */
  suggestAt?: number;
  /** That a stage measures. @default 0 */
  seconds?: number;
  /** Called once the campaign has ended, while the server still answers. */
  onEnd?: (client: Client) => Promise<void>;
  /** Called every five seconds with what a person who watches is shown. */
  onLook?: (look: ScaleLook) => void;
}

export interface ScaleLook {
  /** Trials that have ended. */
  ended: number;
  phase: CampaignPhase;
  /** Resident set of the process with all workers, in bytes. */
  resident: number;
}

export interface ScaleResult {
  result: CampaignWorkflowResult;
  /** Baselines included. */
  trials: number;
  seconds: number;
  /** Seconds of processor time of all workers together, and of the server. */
  cpu: { workers: number; server: number };
  /** Events in the history of each run of the campaign's workflow. */
  histories: number[];
  /** As people who ask are shown it, after the end. */
  progress: CampaignProgress;
}

/** A campaign of any size on the embedded server, with real workflows, store and report; its jobs are stubs. */
export async function scaleCampaign(options: ScaleOptions): Promise<ScaleResult> {
  const { folder, onLook, onEnd, suggestAt, seconds: measuring } = options;
  installRuntime({ log: await openLog() });
  const server = await embeddedServer({
    folder,
    ...(suggestAt !== undefined && {
      dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': suggestAt },
    }),
  });
  const { address } = server;
  const native = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const campaign = campaignOf(options);
  const storeRoot = join(folder, 'store');
  const control = await startControlWorker({ connection: native, storeRoot });
  const stubs = await stubWorkers({
    connection: native,
    targets: campaign.targets.map(({ id }) => id),
    store: await openStore({ root: storeRoot }),
    ...(measuring !== undefined && { seconds: measuring }),
  });
  const running = stubs.map((worker) => worker.run());
  const workflowId = campaignWorkflowId(campaign.campaign);
  const over = new AbortController();
  const watching = onLook === undefined ? undefined : watch(client, workflowId, onLook, over.signal);
  try {
    const input: CampaignWorkflowInput = {
      campaign,
      run: 'run',
      specDigest: '',
      folder: join(folder, 'out'),
    };
    const started = performance.now();
    const before = { workers: process.cpuUsage(), server: cpuSecondsOf(server.pid) };
    const result = (await client.workflow.execute(CAMPAIGN_WORKFLOW, {
      ...{ workflowId, taskQueue: CONTROL_QUEUE, args: [input] },
    })) as CampaignWorkflowResult;
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(before.workers);
    const cpu = { workers: (user + system) / 1e6, server: cpuSecondsOf(server.pid) - before.server };
    const histories: number[] = [];
    for await (const { historyLength } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
      histories.push(historyLength);
    }
    const { models, targets, candidates } = campaign;
    const trials = models.length * targets.length * (1 + candidates.length);
    const progress = await campaignProgress(client.workflow.getHandle(workflowId));
    await onEnd?.(client);
    return { result, trials, seconds, cpu, histories, progress };
  } finally {
    over.abort();
    await watching;
    for (const worker of stubs) worker.shutdown();
    await Promise.all([...running, control.stop()]);
    await connection.close();
    await native.close();
    await server.release();
  }
}

async function watch(
  client: Client,
  workflowId: string,
  onLook: (look: ScaleLook) => void,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    await sleep(5000, undefined, { signal: over }).catch(() => {});
    if (over.aborted) return;
    // A machine that is busy may be late with an answer; the next look follows.
    const seen = await campaignSnapshot(client, workflowId).catch(() => undefined);
    if (seen === undefined) continue;
    const { trials, phase } = seen.progress;
    const ended = trials.filter(({ status }) => status !== 'waiting' && status !== 'running').length;
    onLook({ ended, phase, resident: process.memoryUsage.rss() });
  }
}

/** Of a process, where the system tells (fields 14 and 15 of Linux's stat, in hundredths). */
function cpuSecondsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return NaN;
  }
}

function campaignOf({ models, targets, recipes }: ScaleOptions): Campaign {
  const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  const places = ids('target', targets).map((id) => ({
    id,
    engine: { kind: 'onnxruntime' as const, provider: 'cpu' as const },
  }));
  const grid = {
    method: 'rtn',
    bits: [8, 4, 2],
    granularity: [{ group: 32 }, { group: 64 }, { group: 128 }, 'channel' as const],
    symmetric: [true, false],
  };
  const expanded = expandRecipes([grid], METHOD_FACTS).recipes.slice(0, recipes);
  return {
    schemaVersion: 1,
    campaign: 'scale',
    models: ids('model', models).map((id) => ({ id, source: `/models/${id}` })),
    targets: places,
    fidelity: [
      {
        kind: 'task',
        name: 'sums',
        limit: null,
        bundle: { digest: `sha256:${'0'.repeat(64)}`, size: 1, mediaType: 'application/json' },
      },
    ],
    performance: [
      { scenario: 'single-stream', name: 'single-stream', promptTokens: 8, newTokens: 8, requests: 5 },
    ],
    requirements: { metric: 'sums.exact_match', min: { value: 0.6, relative: false } },
    objectives: [{ minimize: 'model.bytes' }],
    candidates: expanded.map((each) => candidateOf(each, places, METHOD_FACTS)),
    scan: [],
    search: { race: 'off', refine: 'off' },
    budget: {
      ...{ trials: 10_000, rounds: 1, wallClock: null, device: null },
      perModel: { trials: null, wallClock: null, device: null },
    },
    onNoWinner: 'fail',
    seed: 0,
  };
}
