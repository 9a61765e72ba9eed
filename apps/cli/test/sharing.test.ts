import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@quantloop/artifacts';
import { targetQueue } from '@quantloop/core';
import { activityInfo } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCampaignText } from '../src/campaign/campaign-text.ts';
import { prepareCampaign } from '../src/campaign/prepare-campaign.ts';
import { startCampaign } from '../src/run/start-campaign.ts';
import { openSession, type Session } from '../src/session.ts';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { stubWorkers } from './scale/stub-workers.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

const TARGET = 'shared';
const campaignOf = (name: string) => ({
  campaign: name,
  models: [{ id: 'tiny', source: 'builtin:demo' }],
  targets: [{ id: TARGET, engine: { kind: 'onnxruntime' } }],
  evaluation: {
    fidelity: [{ task: 'demo_stories', limit: 2 }],
    performance: [{ scenario: 'single-stream', promptTokens: 8, newTokens: 8 }],
  },
  requirements: { metric: 'model.bytes', maxRatio: 0.9 },
  objective: { minimize: 'model.bytes' },
  search: {
    race: 'off',
    recipes: [{ method: 'rtn', bits: [2, 4, 8], granularity: ['channel', { group: 32 }, { group: 64 }] }],
  },
});

let folder: string;
let session: Session;
let native: NativeConnection;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-sharing-'));
});
afterAll(async () => {
  await native?.close();
  await session?.close();
  await rm(folder, { recursive: true, force: true });
});

async function begin(name: string, priority?: number): Promise<void> {
  const file = join(folder, `${name}.json`);
  await writeFile(file, JSON.stringify({ ...campaignOf(name), ...(priority !== undefined && { priority }) }));
  const prepared = await prepareCampaign(await readCampaignText(file));
  await startCampaign({ ...prepared, client: session.client, out: folder });
  await prepared.dispose();
}

/** Jobs that wait for a worker of the target. */
async function waiting(): Promise<number> {
  const { stats } = await session.client.workflowService.describeTaskQueue({
    namespace: 'default',
    taskQueue: { name: targetQueue(TARGET) },
    taskQueueType: 2,
    reportStats: true,
  });
  return Number(stats?.approximateBacklogCount ?? 0);
}

async function untilWaiting(jobs: number): Promise<void> {
  while ((await waiting()) !== jobs) await sleep(50);
}

describe.skipIf(!present)(`campaigns on one queue${reason}`, { timeout: 120_000 }, () => {
  it('take turns, whichever began first, and the one of a higher priority goes before all', async () => {
    session = await openSession({ dir: join(folder, '.quantloop') });
    await session.startWorkers(['control']);
    native = await NativeConnection.connect({ address: session.address });
    const store = await openStore({ root: join(folder, 'store') });
    const [prepare] = await stubWorkers({ connection: native, targets: [], store });
    const preparing = prepare!.run();

    // The large ones have measured their baselines, and begun as many trials as they do at a time.
    const large = ['large-1', 'large-2', 'large-3'];
    const first = await targetWorker();
    await Promise.all(large.map((name) => begin(name)));
    while (first.served.filter(({ activity }) => activity === 'recallTrials').length < 2 * large.length) {
      await sleep(20);
    }
    await first.stop();
    await untilWaiting(4 * large.length);

    await begin('small');
    await untilWaiting(4 * large.length + 1);
    await begin('urgent', 1);
    await untilWaiting(4 * large.length + 2);

    const { served, stop } = await targetWorker();
    while (served.length < 4 * large.length + 2) await sleep(20);
    const order = served.map(({ campaign }) => campaign);
    expect(order[0]).toBe('urgent');
    // Of what came first twelve jobs wait; each of the four campaigns gets its turn before any gets its second but one.
    expect(order.filter((name) => name !== 'urgent').indexOf('small')).toBeLessThan(5);

    await Promise.all([stop(), ...[...large, 'small', 'urgent'].map(terminate)]);
    prepare!.shutdown();
    await preparing;
  });
});

const terminate = (name: string) => session.client.workflow.getHandle(`campaign-${name}`).terminate();

interface Served {
  campaign: string;
  activity: string;
}

/** A worker of the target whose jobs take no time; one at a time, as of every target. */
async function targetWorker(): Promise<{ served: Served[]; stop(): Promise<void> }> {
  const served: Served[] = [];
  const stub = (output: object) => async () => {
    const { activityType, workflowExecution } = activityInfo();
    const [, campaign = ''] = /^campaign-([^/]+)/.exec(workflowExecution!.workflowId) ?? [];
    served.push({ campaign, activity: activityType });
    return output;
  };
  const done = (output: object) =>
    stub({
      output: { metrics: {}, provenance: {}, ...output },
      execution: { seconds: 0, attempts: 1, cached: false, resumedBlocks: 0 },
    });
  const artifact = { digest: `sha256:${'0'.repeat(64)}`, size: 1, mediaType: 'application/json' };
  const worker = await Worker.create({
    connection: native,
    taskQueue: targetQueue(TARGET),
    maxConcurrentActivityTaskExecutions: 1,
    activities: {
      recallTrials: stub([]),
      evaluateFidelity: done({ items: artifact }),
      evaluatePerformance: done({ samples: artifact }),
    },
  });
  const running = worker.run();
  return {
    served,
    stop: async () => {
      worker.shutdown();
      await running;
    },
  };
}
