/**
 * A campaign for 64 targets with a worker each, which only seem to measure: how long their jobs lie in the queue until the worker
 * takes them (schedule to start, by the server's clock), and whether all targets get on alike. The workers are 64 objects in one
 * process, each with a task queue of its own and one job at a time; the server, the workflows and the store are the real ones.
 * Exits 1 where a target had nothing measured when half of all was.
 * Run: node bench/sixty-four-workers.mjs [--targets 64 --recipes 5 --seconds 2]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Client } from '@temporalio/client';
import { scaleCampaign } from '../test/scale/scale-campaign.ts';

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: '64' },
    recipes: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
  },
});
const [targets, recipes] = [Number(values.targets), Number(values.recipes)];
const seconds = Number(values.seconds);

interface Job {
  queue: string;
  scheduled: number;
  started: number;
  ended: number;
}

const jobs: Job[] = [];
const folder = await mkdtemp(join(tmpdir(), 'quantloop-scale-'));
try {
  const onEnd = async (client: Client) => {
    for await (const { workflowId, runId } of client.workflow.list()) {
      if (workflowId.includes('/')) jobs.push(...(await jobsOf(client, workflowId, runId)));
    }
  };
  const { trials, seconds: took } = await scaleCampaign({
    folder,
    models: 1,
    targets,
    recipes,
    seconds,
    onEnd,
  });
  const first = Math.min(...jobs.map(({ scheduled }) => scheduled));
  const ended = jobs.map((job) => job.ended).sort((a, b) => a - b);
  const half = ended[ended.length >> 1]!;
  const queues = [...new Set(jobs.map(({ queue }) => queue))];
  const byHalf = queues.map((queue) => jobs.filter((job) => job.queue === queue && job.ended <= half).length);
  const busy = queues.map((queue) => {
    const own = jobs.filter((job) => job.queue === queue);
    return own.reduce((sum, job) => sum + job.ended - job.started, 0) / (ended.at(-1)! - first);
  });
  const waits = jobs.map(({ scheduled, started }) => started - scheduled);
  console.log(
    `${trials} trials on ${queues.length} targets in ${took.toFixed(0)} s, ${jobs.length} jobs of ${seconds} s`,
  );
  console.log(`in the queue, ms: ${percentiles(waits, [50, 90, 99, 100])}`);
  console.log(`jobs of a target when half of all were done: ${percentiles(byHalf, [0, 50, 100])}`);
  console.log(
    `busy, % of the time: ${percentiles(
      busy.map((share) => 100 * share),
      [0, 50, 100],
    )}`,
  );
  process.exitCode = queues.length === targets && Math.min(...byHalf) > 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** What a trial's history says of its jobs on a target. */
async function jobsOf(client: Client, workflowId: string, runId: string): Promise<Job[]> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const at = new Map((events ?? []).map((event) => [String(event.eventId), event]));
  const time = (id: unknown) => {
    const { seconds: whole, nanos } = at.get(String(id))!.eventTime!;
    return 1000 * Number(whole) + Number(nanos) / 1e6;
  };
  return (events ?? []).flatMap(({ eventId, activityTaskCompletedEventAttributes: completed }) => {
    if (!completed) return [];
    const { scheduledEventId, startedEventId } = completed;
    const queue = at.get(String(scheduledEventId))!.activityTaskScheduledEventAttributes!.taskQueue!.name!;
    if (!queue.startsWith('quantloop-target-')) return [];
    return [
      { queue, scheduled: time(scheduledEventId), started: time(startedEventId), ended: time(eventId) },
    ];
  });
}

function percentiles(all: readonly number[], wanted: readonly number[]): string {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (percent: number) => sorted[Math.round((percent / 100) * (sorted.length - 1))]!.toFixed(0);
  const name = (percent: number) => ({ 0: 'least', 50: 'median', 100: 'most' })[percent] ?? `p${percent}`;
  return wanted.map((percent) => `${name(percent)} ${at(percent)}`).join(', ');
}
