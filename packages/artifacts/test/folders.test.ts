import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FOLDER_MEDIA_TYPE } from '@quantloop/core';
import { digestOfFolder, openStore } from '@quantloop/artifacts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blobPath, flipBit } from './damage.ts';
import { newRoot } from './new-root.ts';
import { onEveryStore } from './sites.ts';

type Tree = { [name: string]: string | Tree };

const name = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  .filter((text) => !/[/\\\0]|^\.{1,2}$|^[A-Za-z]:$/.test(text));
const { tree } = fc.letrec<{ tree: Tree; node: string | Tree }>((tie) => ({
  tree: fc.dictionary(name, tie('node'), { maxKeys: 3, noNullPrototype: true }),
  node: fc.oneof({ maxDepth: 2 }, fc.string(), tie('tree')),
}));

async function layOut(folder: string, content: Tree): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [key, value] of Object.entries(content)) {
    if (typeof value === 'string') await writeFile(join(folder, key), value);
    else await layOut(join(folder, key), value);
  }
}

async function readBack(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = files.map(async ({ parentPath, name: file }) => {
    const path = join(parentPath, file);
    return [path.slice(folder.length), await readFile(path, 'utf8')] as const;
  });
  return Object.fromEntries((await Promise.all(texts)).sort());
}

onEveryStore('folder artifacts', (newSite, s3) => {
  test('any tree of files comes back as it was', async () => {
    const store = await (await newSite()).open();
    await fc.assert(
      fc.asyncProperty(tree, async (content) => {
        const source = join(await newRoot(), 'source');
        await layOut(source, content);
        const ref = await store.putFolder(source);
        expect(ref.mediaType).toBe(FOLDER_MEDIA_TYPE);
        expect(ref.digest).toBe(await digestOfFolder(source));
        expect(await readBack(await store.folder(ref))).toEqual(await readBack(source));
        expect(await store.verify(ref)).toBe(true);
      }),
      { numRuns: s3 ? 4 : 12 },
    );
  });

  test('files are hard links into the store, read-only', async () => {
    const site = await newSite();
    const store = await site.open();
    const source = await newRoot();
    await layOut(source, { 'model.onnx': 'graph', sub: { 'model.onnx': 'graph' } });
    const folder = await store.folder(await store.putFolder(source));
    const [one, two] = await Promise.all(
      ['model.onnx', 'sub/model.onnx'].map((path) => stat(join(folder, path))),
    );
    expect(one!.ino).toBe(two!.ino);
    expect(one!.mode & 0o222).toBe(0);
  });

  test('a laid-out folder that was tampered with is laid out anew', async () => {
    const store = await (await newSite()).open();
    const source = await newRoot();
    await layOut(source, { 'config.json': '{}', sub: { a: '1' } });
    const ref = await store.putFolder(source);
    for (const tamper of [
      async (folder: string) => rm(join(folder, 'config.json')),
      async (folder: string) => writeFile(join(folder, 'extra'), 'x'),
      async (folder: string) => rm(folder, { recursive: true }).then(() => writeFile(folder, 'not a folder')),
    ]) {
      await tamper(await store.folder(ref));
      expect(await readBack(await store.folder(ref))).toEqual(await readBack(source));
    }
  });

  test('a link is refused: it may lead out of the folder', async () => {
    const store = await (await newSite()).open();
    const source = await newRoot();
    await symlink('/etc/hostname', join(source, 'weights'));
    await expect(store.putFolder(source)).rejects.toMatchObject({
      code: 'invalid-spec',
      message: `${join(source, 'weights')} cannot be stored: it is a link or a special file.`,
    });
    await expect(store.putFolder(join(source, 'nowhere'))).rejects.toThrow('it does not exist');
  });

  test('a folder is not a file, nor a file a folder', async () => {
    const store = await (await newSite()).open();
    const file = await store.putJson([]);
    await expect(store.folder(file)).rejects.toMatchObject({ code: 'invalid-spec' });
    await expect(store.file({ ...file, mediaType: FOLDER_MEDIA_TYPE })).rejects.toMatchObject({
      code: 'invalid-spec',
    });
  });
});

describe('folder artifacts in a folder', () => {
  test('the digest names paths and contents, and nothing else', async () => {
    const digestOf = async (content: Tree) => {
      const folder = await newRoot();
      await layOut(folder, content);
      return digestOfFolder(folder);
    };
    const same = await digestOf({ a: '1', b: { c: '2' } });
    expect(await digestOf({ b: { c: '2' }, a: '1' })).toBe(same);
    expect(await digestOf({ a: '1', b: { c: '3' } })).not.toBe(same);
    expect(await digestOf({ a: '1', b: { d: '2' } })).not.toBe(same);
    expect(await digestOf({ a: '1', 'b-c': '2' })).not.toBe(same);
  });

  test('a damaged file is noticed by folder and verify, and named', async () => {
    const root = await newRoot();
    const store = await openStore({ root });
    const source = await newRoot();
    await layOut(source, { 'model.onnx': 'graph', 'model.onnx_data': 'weights' });
    const ref = await store.putFolder(source);
    const folder = await store.folder(ref);
    await flipBit(join(folder, 'model.onnx_data'), 3);
    await expect(store.folder(ref)).rejects.toMatchObject({
      code: 'artifact-corrupt',
      message: expect.stringMatching(/^Artifact sha256:[0-9a-f]{64} is damaged: .* moved to .*\.corrupt\.$/),
    });
    expect(await store.verify(ref)).toBe(false);

    await store.putFolder(source);
    expect(await readBack(await store.folder(ref))).toEqual(await readBack(source));
  });

  test('twenty readers at once get one folder', async () => {
    const root = await newRoot();
    const source = await newRoot();
    await layOut(source, Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`file-${i}`, `${i}`])));
    const ref = await (await openStore({ root })).putFolder(source);
    const stores = await Promise.all(Array.from({ length: 20 }, () => openStore({ root })));
    const folders = await Promise.all(stores.map((store) => store.folder(ref)));
    expect(new Set(folders).size).toBe(1);
    expect(await readBack(folders[0]!)).toEqual(await readBack(source));
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
  });

  test.each([
    '../escape',
    '/etc/passwd',
    'a/../../b',
    'a//b',
    './a',
    'C:/windows',
    'a\\..\\b',
    'a/b (and a)',
    '',
  ])('a listing with the path %j never touches the disk', async (path) => {
    const root = await newRoot();
    const store = await openStore({ root });
    const { digest, size } = await store.putBytes(Buffer.from('x'), 'text/plain');
    const paths = path === 'a/b (and a)' ? ['a/b', 'a'] : [path];
    const files = paths.map((each) => ({ path: each, digest, size }));
    const listing = await store.putJson({ files });
    const ref = { ...listing, mediaType: FOLDER_MEDIA_TYPE };
    await expect(store.folder(ref)).rejects.toMatchObject({ code: 'artifact-corrupt' });
    expect(existsSync(join(root, 'folders'))).toBe(false);
    expect(existsSync(join(dirname(root), 'escape'))).toBe(false);
    expect(existsSync(blobPath(root, digest))).toBe(true);
  });
});
