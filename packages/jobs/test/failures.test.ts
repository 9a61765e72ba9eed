import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openStore } from '@quantloop/artifacts';
import { runStage } from '@quantloop/jobs';
import { describe, expect, test, vi } from 'vitest';
import { eventsOf, misbehave, newRoot, newStore } from './stages.ts';

const store = await newStore();

describe('a job that', () => {
  test.each([
    ['throws a permanent failure', 'model-corrupt', /^tensor 3 lies about its size$/],
    ['throws a transient failure', 'device-lost', /^the device went away$/],
    ['throws the failure of another copy of the library', 'unsupported', /^no kernel$/],
    ['throws an ordinary error', 'internal', /^TypeError: x is not a function$/],
    ['throws something that is no error', 'internal', /^just text$/],
    ['throws outside of its promise', 'internal', /^RangeError: too late to catch$/],
    ['says there is no space left', 'disk-full', /^ENOSPC/],
    ['cannot allocate', 'out-of-memory', /^Failed to allocate/],
    ['is killed', 'worker-lost', /^The process of misbehave ended without a result \(signal SIGKILL\)\./],
    ['crashes in native code', 'worker-lost', /\(signal SIGSEGV\)/],
    ['aborts', 'worker-lost', /\(signal SIGABRT\)/],
    ['ends without a word', 'worker-lost', /\(exit code 7\)\.$/],
    ['complains and ends', 'worker-lost', /\(exit code 1\).*last words:\nlibfoo: cannot open device 0$/],
    ['returns something else', 'internal', /^misbehave returned something else than it declares/],
    ['returns nothing', 'internal', /^misbehave returned something else than it declares/],
    ['returns what no message can hold', 'internal', /BigInt/],
    ['reports impossible progress', 'internal', /^The job sent a message that is not valid/],
  ])('%s fails as %s', async (way, code, message) => {
    const failing = runStage(misbehave, { way }, { store });
    await expect(failing).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect((await eventsOf(store)).slice(-2)).toEqual(['started', `failed ${code}`]);
  });

  test('fills its heap fails as out-of-memory', async () => {
    process.execArgv.push('--max-old-space-size=60');
    // A store of its own has no spare process that was started with other limits.
    const failing = runStage(misbehave, { way: 'fills its heap' }, { store: await newStore() });
    await failing.catch(() => {});
    process.execArgv.pop();
    await expect(failing).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringContaining('misbehave ran out of memory'),
    });
  });

  test('neither says anything nor computes fails as timeout; one that only says nothing does not', async () => {
    process.env['QUANTLOOP_HUNG_AFTER'] = '1';
    try {
      const hung = runStage(misbehave, { way: 'hangs' }, { store });
      const silent = runStage(misbehave, { way: 'computes without a word' }, { store });
      await expect(hung).rejects.toMatchObject({
        code: 'timeout',
        message: expect.stringContaining('for 1 s it neither said anything nor computed'),
      });
      expect((await silent).output).toEqual({ value: 'fine' });
    } finally {
      delete process.env['QUANTLOOP_HUNG_AFTER'];
    }
  });

  test('a defect keeps its stack trace', async () => {
    const error = await runStage(misbehave, { way: 'throws an ordinary error' }, { store }).catch(
      (thrown: unknown) => thrown as Error,
    );
    expect((error as { cause?: Error }).cause?.stack).toContain('misbehave.ts');
  });
});

describe.skipIf(!canMount())('a job on a full disk (needs the right to mount a tmpfs)', () => {
  test('fails as disk-full, and its leftovers are cleared away', async () => {
    const folder = await newRoot();
    mount(folder);
    try {
      const root = join(folder, 'store');
      const full = await openStore({ root });
      await expect(runStage(misbehave, { way: 'fills the disk' }, { store: full })).rejects.toMatchObject({
        code: 'disk-full',
      });
      await openStore({ root });
      expect(await readdir(join(root, 'tmp'))).toEqual([]);
    } finally {
      unmount(folder);
    }
  });
});

const group = findMemoryGroup();

describe.skipIf(group === undefined)(
  'a job in a memory limit (needs the right to make a control group)',
  () => {
    test('that the kernel kills for memory fails as out-of-memory', async () => {
      const { folder } = makeGroup(group!);
      try {
        const script = join(import.meta.dirname, 'run-and-print.ts');
        const argv = `${process.execPath} --conditions=@quantloop/source ${script}`;
        const parent = spawn(
          'sh',
          ['-c', `echo $$ > ${folder}/cgroup.procs; exec ${argv} ${await newRoot()} 'eats memory'`],
          { stdio: ['ignore', 'pipe', 'inherit'] },
        );
        expect(JSON.parse(await text(parent.stdout))).toMatchObject({
          code: 'out-of-memory',
          message: expect.stringContaining('ran out of memory (signal SIGKILL)'),
        });
      } finally {
        // The spare process of the run ends a moment after it.
        await vi.waitFor(() => rmdirSync(folder), { timeout: 15_000, interval: 50 });
      }
    });
  },
);

function mount(folder: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder], { stdio: 'ignore' });
}

function unmount(folder: string): void {
  execFileSync('umount', ['--lazy', folder]);
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'quantloop-mount-'));
  try {
    mount(folder);
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}

interface MemoryGroup {
  folder: string;
  /** The file that takes the limit in bytes. */
  limit: string;
}

function makeGroup({ folder, limit }: MemoryGroup): MemoryGroup {
  mkdirSync(folder);
  writeFileSync(join(folder, limit), String(400 << 20));
  return { folder, limit };
}

/** A control group below this process's own: version 1 or 2, whichever may limit memory here. */
function findMemoryGroup(): MemoryGroup | undefined {
  const lines = existsSync('/proc/self/cgroup') ? readFileSync('/proc/self/cgroup', 'utf8').split('\n') : [];
  const name = `quantloop-test-${process.pid}`;
  const candidates = lines.flatMap((line) => {
    const [, controllers, path = ''] = line.split(':');
    if (controllers === 'memory') {
      return [{ folder: join('/sys/fs/cgroup/memory', path, name), limit: 'memory.limit_in_bytes' }];
    }
    return controllers === '' ? [{ folder: join('/sys/fs/cgroup', path, name), limit: 'memory.max' }] : [];
  });
  return candidates.find((candidate) => {
    try {
      makeGroup(candidate);
      return true;
    } catch {
      return false;
    } finally {
      if (existsSync(candidate.folder)) rmdirSync(candidate.folder);
    }
  });
}
