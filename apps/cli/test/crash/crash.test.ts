import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  decisionWithoutTimings,
  newSite,
  repeatedStages,
  type CampaignSite,
  type RunningCommand,
} from './campaign-site.ts';
import { descendants, jobProcesses, killAtOnce } from './processes.ts';

const LIMIT = 240_000;
const started: RunningCommand[] = [];
const sites: CampaignSite[] = [];
let undisturbed: string;

function begin(site: CampaignSite, ...args: string[]): RunningCommand {
  const command = site.start(...args);
  started.push(command);
  return command;
}

async function site(): Promise<CampaignSite> {
  const made = await newSite();
  sites.push(made);
  return made;
}

async function finish(command: RunningCommand): Promise<string> {
  const { code, stdout, stderr } = await command.ended;
  expect(code, stderr).toBe(0);
  const { folder } = JSON.parse(stdout) as { folder: string };
  return folder;
}

/** Waits until the job of a stage has left its first block, then for a random moment more. */
async function midway(place: CampaignSite, stage: string): Promise<string> {
  for (;;) {
    const found = (await place.checkpointed()).find((job) => job.stage === stage);
    if (found !== undefined) {
      await sleep(Math.random() * 80);
      return found.key;
    }
    await sleep(3);
  }
}

beforeAll(async () => {
  const place = await site();
  undisturbed = await decisionWithoutTimings(await finish(begin(place, 'run', 'campaign.json', '--json')));
}, LIMIT);

afterAll(async () => {
  for (const { pid, child } of started) {
    if (child.exitCode === null) killAtOnce([pid, ...descendants(pid).map((entry) => entry.pid)]);
  }
  for (const place of sites) {
    const pid = await place.serverPid().catch(() => undefined);
    if (pid !== undefined) killAtOnce([pid]);
  }
});

describe.skipIf(process.platform !== 'linux')('a campaign goes on after SIGKILL (needs /proc)', () => {
  test(
    'of the target worker: a second worker of the same target takes over its job at the checkpoint',
    async () => {
      const place = await site();
      const run = begin(place, 'run', 'campaign.json', '--json', '--no-workers');
      const address = await until(() => place.address());
      const worker = (...roles: string[]) => begin(place, 'worker', ...roles, '--address', address, '--json');
      const helper = worker('--control', '--prepare');
      await helper.printed('ready');
      const first = worker('--target', 'this-cpu');
      await first.printed('ready');
      const interrupted = await midway(place, 'evaluateFidelity');
      killAtOnce([first.pid]);
      const second = worker('--target', 'this-cpu');
      const folder = await finish(run);
      const journal = await place.journal();
      expect(await decisionWithoutTimings(folder)).toBe(undisturbed);
      expect(repeatedStages(journal)).toEqual([]);
      expect(wasResumedOrDone(journal, interrupted)).toBe(true);
      for (const { child } of [helper, second]) child.kill('SIGTERM');
      await Promise.all([helper.ended, second.ended]);
    },
    LIMIT,
  );

  test(
    'of a job: it is tried again and goes on from its checkpoint',
    async () => {
      const place = await site();
      const run = begin(place, 'run', 'campaign.json', '--json');
      const interrupted = await midway(place, 'evaluateFidelity');
      killAtOnce(jobProcesses(run.pid));
      const folder = await finish(run);
      const journal = await place.journal();
      expect(await decisionWithoutTimings(folder)).toBe(undisturbed);
      expect(repeatedStages(journal)).toEqual([]);
      expect(wasResumedOrDone(journal, interrupted)).toBe(true);
    },
    LIMIT,
  );

  test.each(['quantizeModel', 'evaluateFidelity'])(
    'of everything, the server too, during %s: the same command goes on where it stopped',
    async (stage) => {
      const place = await site();
      const run = begin(place, 'run', 'campaign.json', '--json');
      const interrupted = await midway(place, stage);
      const server = await place.serverPid();
      killAtOnce([run.pid, server, ...descendants(run.pid).map(({ pid }) => pid)]);
      await run.ended;
      const folder = await finish(begin(place, 'run', 'campaign.json', '--json'));
      const journal = await place.journal();
      expect(await decisionWithoutTimings(folder)).toBe(undisturbed);
      expect(repeatedStages(journal)).toEqual([]);
      expect(wasResumedOrDone(journal, interrupted)).toBe(true);
      expect(folder.startsWith(join(place.folder, 'quantloop-out', 'crash'))).toBe(true);
    },
    LIMIT,
  );
});

describe.skipIf(process.platform !== 'linux')('a worker that is drained (needs /proc)', () => {
  test(
    'stops its job at the checkpoint, and another worker goes on from there at once',
    async () => {
      const place = await site();
      const run = begin(place, 'run', 'campaign.json', '--json', '--no-workers');
      const address = await until(() => place.address());
      const worker = (...roles: string[]) => begin(place, 'worker', ...roles, '--json');
      // It uses the embedded server, which therefore stays.
      const helper = worker('--control', '--prepare');
      const [first, second] = [worker('--target', 'this-cpu'), worker('--target', 'this-cpu')];
      await Promise.all([helper, first, second].map((each) => each.printed('ready')));
      const handedOver = await midway(place, 'evaluateFidelity');
      const drained = [first, second].find(({ pid }) => workedOn(pid));
      drained!.child.kill('SIGTERM');
      expect((await drained!.ended).code).toBe(0);
      const folder = await finish(run);
      const journal = await place.journal();
      expect(await decisionWithoutTimings(folder)).toBe(undisturbed);
      expect(repeatedStages(journal)).toEqual([]);
      expect(wasResumedOrDone(journal, handedOver)).toBe(true);
      // Nobody waited until heartbeats were missed: each further attempt follows a failure of its own.
      expect(new Set(await attemptFailures(address))).toEqual(new Set(['worker-drained']));
      for (const { child } of [helper, first, second]) child.kill('SIGTERM');
      await Promise.all([helper.ended, first.ended, second.ended]);
    },
    LIMIT,
  );
});

/** Whether a worker has a job's process. */
const workedOn = (pid: number) => jobProcesses(pid).length > 0;

/** Why attempts of activities before the last failed. */
async function attemptFailures(address: string): Promise<(string | undefined)[]> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    const failures: (string | undefined)[] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      for (const { activityTaskStartedEventAttributes: started } of events ?? []) {
        const failure = started?.lastFailure;
        if (failure) failures.push(failure.applicationFailureInfo?.type ?? failure.message ?? undefined);
      }
    }
    return failures;
  } finally {
    await connection.close();
  }
}

/** The interrupted job took over finished blocks; or it ended in the very moment before the kill and ran once only. */
function wasResumedOrDone(
  journal: readonly { key: string; event: string; blocks?: number | undefined }[],
  key: string,
): boolean {
  const events = journal.filter((entry) => entry.key === key);
  const starts = events.filter(({ event }) => event === 'started').length;
  return starts === 1 || events.some(({ event, blocks }) => event === 'resumed' && (blocks ?? 0) > 0);
}

async function until<T>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch {
      await sleep(20);
    }
  }
}
