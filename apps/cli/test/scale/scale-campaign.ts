import { join } from 'node:path';
import { openStore } from '@quantloop/artifacts';
import {
  CAMPAIGN_WORKFLOW,
  campaignWorkflowId,
  CONTROL_QUEUE,
  expandRecipes,
  candidateOf,
  type Campaign,
  type CampaignWorkflowInput,
  type CampaignWorkflowResult,
} from '@quantloop/core';
import { METHOD_FACTS } from '@quantloop/quantize';
import { installRuntime, startControlWorker } from '@quantloop/worker';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { getTemporalCli } from '../../src/temporal/get-temporal-cli.ts';
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
  /** Called every second while the campaign runs. */
  onSecond?: () => void;
}

export interface ScaleResult {
  result: CampaignWorkflowResult;
  /** Baselines included. */
  trials: number;
  seconds: number;
  /** Events in the history of each run of the campaign's workflow. */
  histories: number[];
}

/** A campaign of any size on a real server, with real workflows, store and report; its jobs are stubs. */
export async function scaleCampaign(options: ScaleOptions): Promise<ScaleResult> {
  const { folder, onSecond = () => {} } = options;
  installRuntime({ level: 'ERROR' });
  const server = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: (await getTemporalCli()).path },
      dbFilename: join(folder, 'temporal.db'),
      extraArgs: [
        '--dynamic-config-value',
        `limit.historyCount.suggestContinueAsNew=${options.suggestAt ?? 4096}`,
      ],
    },
  });
  const { client, nativeConnection: native } = server;
  const campaign = campaignOf(options);
  const storeRoot = join(folder, 'store');
  const control = await startControlWorker({ connection: native, storeRoot });
  const stubs = await stubWorkers({
    connection: native,
    targets: campaign.targets.map(({ id }) => id),
    store: await openStore({ root: storeRoot }),
  });
  const running = stubs.map((worker) => worker.run());
  const timer = setInterval(onSecond, 1000);
  try {
    const input: CampaignWorkflowInput = {
      campaign,
      run: 'run',
      specDigest: '',
      folder: join(folder, 'out'),
    };
    const workflowId = campaignWorkflowId(campaign.campaign);
    const started = performance.now();
    const result = (await client.workflow.execute(CAMPAIGN_WORKFLOW, {
      ...{ workflowId, taskQueue: CONTROL_QUEUE, args: [input] },
    })) as CampaignWorkflowResult;
    const seconds = (performance.now() - started) / 1000;
    const histories: number[] = [];
    for await (const { historyLength } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
      histories.push(historyLength);
    }
    const { models, targets, candidates } = campaign;
    const trials = models.length * targets.length * (1 + candidates.length);
    return { result, trials, seconds, histories };
  } finally {
    clearInterval(timer);
    for (const worker of stubs) worker.shutdown();
    await Promise.all([...running, control.stop()]);
    await server.teardown();
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
