import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { overlap, withMachine, type MachineUse, type Place } from '@quantloop/jobs';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-lease-'));
  folders.push(folder);
  return folder;
};

describe('the machine lease', () => {
  const place = fc.oneof(
    fc.constant<Place>('machine'),
    fc.record({
      cpus: fc.subarray([0, 1, 2]),
      gpus: fc.subarray(['GPU-a', 'GPU-b']),
    }),
  );
  const use = fc.constantFrom<MachineUse>('shared', 'alone');

  test('one that measures is never beside another job at the same place, whatever the order', async () => {
    const jobs = fc.array(fc.record({ use, place }), { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(jobs, async (jobs) => {
        const folder = await newFolder();
        const running = new Set<(typeof jobs)[number]>();
        let broken = false;
        const work = (job: (typeof jobs)[number]) => async () => {
          for (const other of running) {
            broken ||= (job.use === 'alone' || other.use === 'alone') && overlap(job.place, other.place);
          }
          running.add(job);
          await sleep(1);
          running.delete(job);
        };
        await Promise.all(jobs.map((job) => withMachine({ ...job, folder }, work(job))));
        expect(broken).toBe(false);
        expect(await readdir(folder)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  test('those that measure on different devices go together', async () => {
    const folder = await newFolder();
    const places: Place[] = [
      { cpus: [0], gpus: [] },
      { cpus: [1, 2], gpus: [] },
      { cpus: [], gpus: ['GPU-a'] },
      { cpus: [], gpus: ['GPU-b'] },
    ];
    let present = 0;
    let all: () => void = () => {};
    const together = new Promise<void>((resolve) => (all = resolve));
    // Each stays until the last has come.
    await Promise.all(
      places.map((each) =>
        withMachine({ use: 'alone', place: each, folder }, async () => {
          if (++present === places.length) all();
          await together;
        }),
      ),
    );
    expect(present).toBe(places.length);
  });

  test.each(['shared', 'alone'] as const)(
    'a process killed while it holds it %s gives it back',
    async (use) => {
      const folder = await newFolder();
      const script = `
      import { withMachine } from '@quantloop/jobs';
      await withMachine({ use: '${use}', folder: ${JSON.stringify(folder)} }, async () => {
        console.log('held');
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
      const holder = spawn(
        process.execPath,
        [
          '--conditions=@quantloop/source',
          '--disable-warning=ExperimentalWarning',
          '--input-type=module',
          '--eval',
          script,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'], cwd: import.meta.dirname },
      );
      await once(holder.stdout, 'data');
      holder.kill('SIGKILL');
      await once(holder, 'exit');
      expect(await withMachine({ use: 'alone', folder }, async () => 'mine')).toBe('mine');
    },
  );

  test('waiting for it can be cancelled, and leaves nothing behind', async () => {
    const folder = await newFolder();
    await withMachine({ use: 'alone', folder }, async () => {
      const waiting = withMachine({ use: 'alone', folder, signal: AbortSignal.timeout(40) }, async () => {});
      await expect(waiting).rejects.toThrow();
    });
    expect(await readdir(folder)).toEqual([]);
  });
});
