import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOfBytes, digestOfFile, openStore } from '@quantloop/artifacts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blobPath, cutShort, flipBit } from './damage.ts';
import { newRoot } from './new-root.ts';
import { onEveryStore } from './sites.ts';

const content = fc.uint8Array({ minLength: 1, maxLength: 4096 });

onEveryStore('single artifacts', (newSite, s3) => {
  test('whatever is put comes back, under the digest of its content', async () => {
    const store = await (await newSite()).open();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4096 }), async (bytes) => {
        const ref = await store.putBytes(bytes, 'application/octet-stream');
        expect(ref).toEqual({
          digest: digestOfBytes(bytes),
          size: bytes.length,
          mediaType: 'application/octet-stream',
        });
        expect(Buffer.from(await store.readBytes(ref)).equals(bytes)).toBe(true);
        expect(await digestOfFile(await store.file(ref))).toBe(ref.digest);
      }),
      { numRuns: s3 ? 6 : 15 },
    );
  });

  test('a file cut short at any length is noticed, and healed by storing it again', async () => {
    await fc.assert(
      fc.asyncProperty(content, fc.nat(), async (bytes, cut) => {
        const site = await newSite();
        const store = await site.open();
        const ref = await store.putBytes(bytes, 'text/plain');
        await cutShort(blobPath(site.files, ref.digest), cut % bytes.length);
        expect(await store.verify(ref)).toBe(false);
        await store.putBytes(bytes, 'text/plain');
        expect(await store.verify(ref)).toBe(true);
      }),
      { numRuns: s3 ? 4 : 12 },
    );
  });

  test('equal JSON values have one digest, whatever the order of their keys', async () => {
    const store = await (await newSite()).open();
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), async (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        const ref = await store.putJson(value);
        expect(await store.putJson(reversed)).toEqual(ref);
        expect(await store.readJson(ref)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: s3 ? 6 : 15 },
    );
  });

  test.each([Number.NaN, undefined, { deep: [Infinity] }])('%j cannot be stored as JSON', async (value) => {
    const store = await (await newSite()).open();
    await expect(store.putJson(value)).rejects.toMatchObject({ code: 'internal' });
  });

  test('a path that is not there is the caller’s mistake', async () => {
    const store = await (await newSite()).open();
    await expect(store.putFile('/no/such/file', 'x/y')).rejects.toMatchObject({ code: 'invalid-spec' });
    await expect(store.readBytes({ digest: '../../etc', size: 0, mediaType: 'x/y' })).rejects.toMatchObject({
      code: 'invalid-spec',
    });
  });
});

describe('single artifacts in a folder', () => {
  test('any flipped bit is noticed by every way of reading, and the file moved aside', async () => {
    await fc.assert(
      fc.asyncProperty(content, fc.nat(), fc.integer({ min: 0, max: 2 }), async (bytes, position, way) => {
        const root = await newRoot();
        const store = await openStore({ root });
        const ref = await store.putBytes(bytes, 'text/plain');
        const path = blobPath(root, ref.digest);
        await flipBit(path, position);
        if (way === 0) expect(await store.verify(ref)).toBe(false);
        else {
          const reading = way === 1 ? store.file(ref) : store.readBytes(ref);
          await expect(reading).rejects.toMatchObject({
            code: 'artifact-corrupt',
            message: `Artifact ${ref.digest} is damaged: the content differs from the digest. It was moved to ${path}.corrupt.`,
          });
        }
        expect(existsSync(path)).toBe(false);
        expect(existsSync(`${path}.corrupt`)).toBe(true);
      }),
      { numRuns: 12 },
    );
  });

  test('damage after a successful check is noticed too', async () => {
    const root = await newRoot();
    const store = await openStore({ root });
    const ref = await store.putBytes(Buffer.alloc(100_000, 7), 'text/plain');
    await new Promise((resolve) => setTimeout(resolve, 80)); // old enough for its digest to be remembered
    expect(await store.verify(ref)).toBe(true);
    expect(await store.verify(ref)).toBe(true);
    await flipBit(blobPath(root, ref.digest), 50_000);
    expect(await store.verify(ref)).toBe(false);
  });

  test('a missing artifact is named with its place', async () => {
    const root = await newRoot();
    const store = await openStore({ root });
    const ref = await store.putJson({ a: 1 });
    await rm(blobPath(root, ref.digest));
    expect(await store.verify(ref)).toBe(false);
    await expect(store.readJson(ref)).rejects.toThrow(
      `Artifact ${ref.digest} is missing: there is no ${blobPath(root, ref.digest)}.`,
    );
    await expect(store.file(ref)).rejects.toMatchObject({ code: 'artifact-corrupt' });
  });

  test('a file is streamed in, and one from scratch is taken over without a copy', async () => {
    const root = await newRoot();
    const store = await openStore({ root });
    const bytes = Buffer.alloc(3_000_000, 'quantloop');
    const outside = join(await newRoot(), 'weights');
    const scratch = join(await store.scratch(), 'weights');
    await Promise.all([writeFile(outside, bytes), writeFile(scratch, bytes)]);

    const ref = await store.putFile(scratch, 'x/y');
    const blob = blobPath(root, ref.digest);
    expect((await stat(blob)).ino).toBe((await stat(scratch)).ino);
    expect((await stat(blob)).mode & 0o777).toBe(0o444);
    expect(await store.putFile(outside, 'x/y')).toEqual(ref);
    expect(ref).toEqual({ digest: digestOfBytes(bytes), size: bytes.length, mediaType: 'x/y' });
    await rm(blob);
    expect(await store.putFile(outside, 'x/y')).toEqual(ref);
    expect((await readFile(blob)).equals(bytes)).toBe(true);
  });

  test('twenty writers of one content at once leave one blob and no temporary file', async () => {
    const root = await newRoot();
    const stores = await Promise.all(Array.from({ length: 20 }, () => openStore({ root })));
    const bytes = Buffer.alloc(200_000, 'same');
    const refs = await Promise.all(stores.map((store) => store.putBytes(bytes, 'text/plain')));
    expect(new Set(refs.map(({ digest }) => digest)).size).toBe(1);
    expect(await stores[0]!.verify(refs[0]!)).toBe(true);
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
  });
});
