import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOfJson, openStore } from '@quantloop/artifacts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newRoot } from './new-root.ts';

describe('opening a store', () => {
  test('makes the folder, and finds everything again', async () => {
    const root = join(await newRoot(), 'deep', 'store');
    const ref = await (await openStore({ root })).putJson({ a: 1 });
    expect(JSON.parse(await readFile(join(root, 'format.json'), 'utf8'))).toEqual({ format: 1 });
    expect(await (await openStore({ root })).readJson(ref)).toEqual({ a: 1 });
  });

  test.each([
    [
      'of a newer version',
      (root: string) => writeFile(join(root, 'format.json'), '{"format":2}'),
      'format 2',
    ],
    ['with a broken mark', (root: string) => writeFile(join(root, 'format.json'), '{"for'), 'cannot be read'],
    ['from before there was a mark', (root: string) => mkdir(join(root, 'blobs')), 'no format.json'],
  ])('refuses a folder %s, saying what to do', async (_, prepare, reason) => {
    const root = await newRoot();
    await prepare(root);
    await expect(openStore({ root })).rejects.toMatchObject({
      code: 'invalid-spec',
      message: expect.stringContaining(reason),
      hint: expect.stringContaining('Choose another store folder'),
    });
  });

  test('fails as store-unavailable below a file, and when the folder has gone', async () => {
    const root = await newRoot();
    await writeFile(join(root, 'file'), '');
    await expect(openStore({ root: join(root, 'file', 'store') })).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining('ENOTDIR'),
    });
    const store = await openStore({ root: join(root, 'store') });
    await rm(store.root, { recursive: true });
    await expect(store.putJson(1)).rejects.toMatchObject({ code: 'store-unavailable' });
    await expect(store.scratch()).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  test('clears the scratch folders of killed processes, and only those', async () => {
    const root = await newRoot();
    const holders = [0, 1].map(() =>
      fork(join(import.meta.dirname, 'hold-scratch.ts'), [root], {
        execArgv: ['--conditions=@quantloop/source'],
      }),
    );
    try {
      const [dead, alive] = await Promise.all(
        holders.map(async (holder) => (await once(holder, 'message'))[0] as string),
      );
      holders[0]!.kill('SIGKILL');
      await once(holders[0]!, 'exit');
      const store = await openStore({ root });
      expect(existsSync(dead!)).toBe(false);
      expect(existsSync(alive!)).toBe(true);

      const own = await store.scratch();
      await openStore({ root });
      expect(existsSync(own)).toBe(true);
      await store.close();
      expect(existsSync(own)).toBe(false);
    } finally {
      for (const holder of holders) holder.kill('SIGKILL');
    }
  });
});

describe.skipIf(!canMount())('on a full disk (needs the right to mount a tmpfs)', () => {
  let small = '';

  beforeAll(async () => {
    small = await newRoot();
    mount(small);
  });

  afterAll(() => unmount(small));

  test('every way of writing says disk-full, how much was needed and where, and leaves nothing half-written', async () => {
    const root = join(small, 'store');
    const store = await openStore({ root });
    const ref = await store.putBytes(Buffer.alloc(1000, 'kept'), 'text/plain');
    const source = join(await newRoot(), 'big');
    await writeFile(source, Buffer.alloc(3 << 20, 'b'));
    await writeFile(join(small, 'ballast'), Buffer.alloc(3 << 20)).catch(() => {});

    const key = digestOfJson('full');
    const big = Buffer.alloc(3 << 20, 'a');
    for (const write of [
      () => store.putBytes(big, 'text/plain'),
      () => store.putFile(source, 'text/plain'),
      () => store.checkpoint(key).write('block', big),
    ]) {
      await expect(write()).rejects.toMatchObject({
        code: 'disk-full',
        message: expect.stringMatching(
          /^The disk is full: (writing|storing) \S+ of 3\.0 MiB at .*, \d.* free\.$/,
        ),
        hint: expect.stringContaining('Free space'),
      });
    }
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
    expect(await store.checkpoint(key).names()).toEqual([]);
    await rm(join(small, 'ballast'));
    expect(await store.verify(ref)).toBe(true);
    expect(await store.verify(await store.putFile(source, 'text/plain'))).toBe(true);
  });
});

function mount(folder: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' });
}

function unmount(folder: string): void {
  execFileSync('umount', [folder]);
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
