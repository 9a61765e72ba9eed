import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { descendants, jobProcesses, killAtOnce } from './processes.ts';
import { midway, Rig, until } from './rig.ts';

const LIMIT = 240_000;
const rig = new Rig();
beforeAll(() => rig.runUndisturbed(), LIMIT);
afterAll(() => rig.end(), LIMIT);

describe.skipIf(process.platform !== 'linux')('a campaign goes on after SIGKILL (needs /proc)', () => {
  test(
    'of the target worker: a second worker of the same target takes over its job at the checkpoint',
    async () => {
      const place = await rig.site();
      const run = rig.begin(place, ['run', 'campaign.json', '--json', '--no-workers']);
      const address = await until(() => place.address());
      const worker = (...roles: string[]) =>
        rig.begin(place, ['worker', ...roles, '--address', address, '--json']);
      const helper = worker('--control', '--prepare');
      await helper.printed('ready');
      const first = worker('--target', 'this-cpu');
      await first.printed('ready');
      const interrupted = await midway(place, 'evaluateFidelity');
      killAtOnce([first.pid]);
      const second = worker('--target', 'this-cpu');
      const folder = await rig.finish(run);
      const journal = await rig.expectUndisturbed(place, folder);
      expect(wasResumedOrDone(journal, interrupted)).toBe(true);
      for (const { child } of [helper, second]) child.kill('SIGTERM');
      await Promise.all([helper.ended, second.ended]);
    },
    LIMIT,
  );

  test(
    'of a job: it is tried again and goes on from its checkpoint',
    async () => {
      const place = await rig.site();
      const run = rig.run(place);
      const interrupted = await midway(place, 'evaluateFidelity');
      killAtOnce(jobProcesses(run.pid));
      const folder = await rig.finish(run);
      const journal = await rig.expectUndisturbed(place, folder);
      expect(wasResumedOrDone(journal, interrupted)).toBe(true);
    },
    LIMIT,
  );

  test(
    'of the server: it is started again on what it had written down',
    async () => {
      const place = await rig.site();
      const run = rig.run(place);
      await midway(place, 'evaluateFidelity');
      killAtOnce([await place.serverPid()]);
      await rig.expectUndisturbed(place, await rig.finish(run));
    },
    LIMIT,
  );

  test.each(
    process.env['QUANTLOOP_TESTS'] === 'full' ? ['quantizeModel', 'evaluateFidelity'] : ['quantizeModel'],
  )(
    'of everything, the server too, during %s: the same command goes on where it stopped',
    async (stage) => {
      const place = await rig.site();
      const run = rig.run(place);
      const interrupted = await midway(place, stage);
      const server = await place.serverPid();
      killAtOnce([run.pid, server, ...descendants(run.pid).map(({ pid }) => pid)]);
      await run.ended;
      const folder = await rig.finish(rig.run(place));
      const journal = await rig.expectUndisturbed(place, folder);
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
      const place = await rig.site();
      const run = rig.begin(place, ['run', 'campaign.json', '--json', '--no-workers']);
      const address = await until(() => place.address());
      const worker = (...roles: string[]) => rig.begin(place, ['worker', ...roles, '--json']);
      // It uses the embedded server, which therefore stays.
      const helper = worker('--control', '--prepare');
      const [first, second] = [worker('--target', 'this-cpu'), worker('--target', 'this-cpu')];
      await Promise.all([helper, first, second].map((each) => each.printed('ready')));
      const handedOver = await midway(place, 'evaluateFidelity');
      const drained = [first, second].find(({ pid }) => workedOn(pid));
      drained!.child.kill('SIGTERM');
      expect((await drained!.ended).code).toBe(0);
      const journal = await rig.expectUndisturbed(place, await rig.finish(run));
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
