import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withMachine, type MachineUse } from '@quantloop/jobs';
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
  test('one that measures is never beside another job, whatever the order', async () => {
    const jobs = fc.array(fc.constantFrom<MachineUse>('shared', 'alone'), { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(jobs, async (uses) => {
        const folder = await newFolder();
        const running: MachineUse[] = [];
        let broken = false;
        const work = (use: MachineUse) => async () => {
          running.push(use);
          broken ||= running.includes('alone') && running.length > 1;
          await sleep(1);
          running.splice(running.indexOf(use), 1);
        };
        await Promise.all(uses.map((use) => withMachine({ use, folder }, work(use))));
        expect(broken).toBe(false);
        expect(await readdir(folder)).toEqual([]);
      }),
      { numRuns: 15 },
    );
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
