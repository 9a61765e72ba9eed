import { fork } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectGarbage, digestOfBytes, digestOfJson, openStore, type Store } from '@quantloop/artifacts';
import type { ArtifactRef } from '@quantloop/core';
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import { S3_MISSING } from '../../../test-support/s3-server.ts';
import { blobPath, cutShort, flipBit } from './damage.ts';
import { newRoot } from './new-root.ts';
import { newPrefix, s3Server, type Site } from './sites.ts';
import { stallingProxy } from './stalling-proxy.ts';

const MIB = 1 << 20;

afterEach(() => {
  delete process.env['QUANTLOOP_STORE_PATIENCE'];
  delete process.env['QUANTLOOP_CACHE_SIZE'];
});

describe.skipIf(S3_MISSING !== '')(`a store on S3${S3_MISSING}`, () => {
  test('another machine gets what one has put, and each fetches a blob once', async () => {
    const site = await newPrefix();
    const one = await site.open();
    const ref = await one.putBytes(randomBytes(3 * MIB), 'x/y');
    await using proxy = await stallingProxy();
    const two = await site.openElsewhere();
    const paths = await Promise.all([1, 2, 3].map(() => two.file(ref)));
    expect(new Set(paths).size).toBe(1);
    await two.readBytes(ref);
    expect(proxy.asked('GET', ref.digest)).toBe(1);
  });

  test('two machines that put the same blob or the same result at once leave one', async () => {
    const site = await newPrefix();
    const stores = [await site.open(), await site.openElsewhere(), await site.openElsewhere()];
    const big = randomBytes(20 * MIB);
    const refs = await Promise.all(stores.map((store) => store.putBytes(big, 'x/y')));
    expect(new Set(refs.map(({ digest }) => digest)).size).toBe(1);
    const key = digestOfJson('raced');
    const texts = ['a', 'b', 'c'];
    await Promise.all(stores.map((store, index) => putResult(store, key, texts[index]!)));
    const kept = await Promise.all(stores.map((store) => store.results.get(key)));
    expect(new Set(kept.map((result) => JSON.stringify(result))).size).toBe(1);
    const last = await site.openElsewhere();
    expect(digestOfBytes(await last.readBytes(refs[0]!))).toBe(refs[0]!.digest);
    expect(await unfinished(site)).toEqual([]);
  });

  test('of a writer killed in the middle nothing is seen, and the next one sends only what is missing', async () => {
    const site = await newPrefix();
    const bytes = randomBytes(40 * MIB);
    const source = join(await newRoot(), 'weights');
    await writeFile(source, bytes);
    await using proxy = await stallingProxy({ method: 'PUT', after: 2 });
    const writer = fork(join(import.meta.dirname, 'put-file.ts'), [site.root, await newRoot(), source], {
      execArgv: ['--conditions=@quantloop/source'],
    });
    await proxy.stalled;
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    proxy.letAll();

    const store = await site.openElsewhere();
    const ref: ArtifactRef = { digest: digestOfBytes(bytes), size: bytes.length, mediaType: 'x/y' };
    expect(await store.verify(ref)).toBe(false);
    expect(await readdir(join(site.files, 'blobs')).catch(() => [])).toEqual([]);
    const sent = proxy.asked('PUT', ref.digest);
    expect(await store.putFile(source, 'x/y')).toEqual(ref);
    // Five parts: two had arrived.
    expect(proxy.asked('PUT', ref.digest) - sent).toBe(3);
    expect(digestOfBytes(await (await site.openElsewhere()).readBytes(ref))).toBe(ref.digest);
  });

  test('a fetch that was killed goes on with the ranges that are missing', async () => {
    const site = await newPrefix();
    const ref = await (await site.open()).putBytes(randomBytes(40 * MIB), 'x/y');
    await using proxy = await stallingProxy({ method: 'GET', after: 2 });
    const cache = await newRoot();
    const reader = fork(join(import.meta.dirname, 'fetch-file.ts'), [site.root, cache, JSON.stringify(ref)], {
      execArgv: ['--conditions=@quantloop/source'],
    });
    await proxy.stalled;
    await until(async () => (await notedParts(cache)) === 2);
    reader.kill('SIGKILL');
    await once(reader, 'exit');
    proxy.letAll();
    const asked = proxy.asked('GET', ref.digest);
    process.env['QUANTLOOP_CACHE_DIR'] = cache;
    const store = await openStore({ root: site.root });
    expect(digestOfBytes(await store.readBytes(ref))).toBe(ref.digest);
    expect(proxy.asked('GET', ref.digest) - asked).toBe(3);
    expect(await readdir(join(store.root, 'downloads'))).toEqual([]);
  });

  test.each([
    ['a flipped bit', (path: string) => flipBit(path, 1_000_003)],
    ['an end cut off', (path: string) => cutShort(path, 1_000_000)],
  ])('%s is noticed where it is read, taken away, and healed by storing it again', async (_, damage) => {
    const site = await newPrefix();
    const one = await site.open();
    const bytes = randomBytes(2 * MIB);
    const ref = await one.putBytes(bytes, 'x/y');
    await damage(blobPath(site.files, ref.digest));
    const two = await site.openElsewhere();
    await expect(two.readBytes(ref)).rejects.toMatchObject({
      code: 'artifact-corrupt',
      message: expect.stringContaining(`It was removed from ${site.root}/blobs/`),
    });
    expect(await two.verify(ref)).toBe(false);
    await one.putBytes(bytes, 'x/y');
    expect(digestOfBytes(await two.readBytes(ref))).toBe(ref.digest);
  });

  test('a damaged copy in the cache is fetched anew', async () => {
    const site = await newPrefix();
    const store = await site.open();
    const ref = await store.putBytes(randomBytes(1000), 'x/y');
    await flipBit(await store.file(ref), 3);
    expect(digestOfBytes(await store.readBytes(ref))).toBe(ref.digest);
  });

  test('the cache stays below its limit; what was used longest ago goes, and nothing that is in use', async () => {
    const site = await newPrefix();
    const source = await site.open();
    const refs: ArtifactRef[] = [];
    for (let index = 0; index < 6; index++) refs.push(await source.putBytes(randomBytes(MIB), 'x/y'));
    process.env['QUANTLOOP_CACHE_SIZE'] = '3.5 MiB';
    const user = await site.openElsewhere();
    const used = await user.file(refs[0]!);
    for (const ref of refs.slice(1)) {
      const passing = await openStore({ root: site.root });
      await passing.file(ref);
      await passing.close();
      await sleep(5);
    }
    const there = async () => (await readdir(join(user.root, 'uses'))).sort();
    const hexOf = ({ digest }: ArtifactRef) => digest.slice('sha256:'.length);
    expect((await stat(used)).size).toBe(MIB);
    expect(await there()).toEqual([refs[0]!, refs[4]!, refs[5]!].map(hexOf).sort());
    await user.close();
    await (await openStore({ root: site.root })).file(refs[1]!);
    expect(await there()).not.toContain(hexOf(refs[0]!));
    // Nothing is lost by it.
    expect(digestOfBytes(await user.readBytes(refs[0]!))).toBe(refs[0]!.digest);
  });

  test('waits for a server that is away, and goes on', async () => {
    const site = await newPrefix();
    const store = await site.open();
    const server = await s3Server();
    await server.stop();
    const putting = store.putJson({ through: 'an outage' });
    await sleep(1500);
    await server.start();
    const ref = await putting;
    expect(await (await site.openElsewhere()).readJson(ref)).toEqual({ through: 'an outage' });
  });

  test('says what is wrong: unreachable, refused, no bucket, no credentials in the name', async () => {
    const site = await newPrefix();
    process.env['QUANTLOOP_STORE_PATIENCE'] = '0';
    await expect(openStore({ root: 's3://no-such-bucket/x' })).rejects.toMatchObject({
      code: 'store-refused',
      message: expect.stringContaining('NoSuchBucket'),
      hint: expect.stringContaining('Make the bucket'),
    });
    const secret = 'planted-secret-1234';
    const { AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL } = process.env;
    process.env['AWS_SECRET_ACCESS_KEY'] = secret;
    const refused = await openStore({ root: `${site.root}-other` }).catch((error: Error) => error);
    process.env['AWS_SECRET_ACCESS_KEY'] = AWS_SECRET_ACCESS_KEY;
    expect(refused).toMatchObject({ code: 'store-refused', permanent: true });
    expect(JSON.stringify({ ...(refused as Error), text: String(refused) })).not.toContain(secret);
    process.env['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:9';
    await expect(openStore({ root: `${site.root}-away` })).rejects.toMatchObject({
      code: 'store-unavailable',
      permanent: false,
      message: expect.stringContaining('ECONNREFUSED'),
    });
    process.env['AWS_ENDPOINT_URL'] = AWS_ENDPOINT_URL;
    await expect(openStore({ root: `s3://K:${secret}@bucket/x` })).rejects.toMatchObject({
      code: 'invalid-spec',
      message: expect.not.stringContaining(secret),
    });
  });

  test('gc gives up uploads that nobody finished', async () => {
    const site = await newPrefix();
    await site.open();
    const { bucket } = await s3Server();
    const Key = `${new URL(site.root).pathname.slice(1)}/blobs/sha256/ab/left`;
    await client().send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }));
    expect(await unfinished(site)).toHaveLength(1);
    await collectGarbage({ root: site.root, keep: [], since: new Date(Date.now() + 60_000) });
    expect(await unfinished(site)).toEqual([]);
  });
});

async function putResult(store: Store, key: string, text: string): Promise<void> {
  const createdAt = new Date().toISOString();
  await store.results.put(key, {
    schemaVersion: 1,
    key,
    stage: 't',
    version: '1',
    createdAt,
    output: { text },
  });
}

const client = () => new S3Client({ forcePathStyle: true });

/** Keys of the uploads that were begun below a site's prefix, and neither finished nor given up. */
async function unfinished({ root }: Site): Promise<string[]> {
  const { bucket } = await s3Server();
  const { Uploads = [] } = await client().send(
    new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: new URL(root).pathname.slice(1) }),
  );
  return Uploads.map(({ Key }) => Key!);
}

/** How many ranges of an unfinished fetch are noted as arrived. */
async function notedParts(cache: string): Promise<number> {
  const names = await readdir(cache, { recursive: true });
  const notes = names.find((name) => name.endsWith('.parts'));
  return notes === undefined ? 0 : (await readFile(join(cache, notes), 'utf8')).split('\n').length - 2;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}
