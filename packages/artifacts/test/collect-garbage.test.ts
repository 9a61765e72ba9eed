import { mkdir, utimes, writeFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { collectGarbage, digestOfJson, type Store } from '@quantloop/artifacts';
import type { ArtifactRef } from '@quantloop/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newRoot } from './new-root.ts';
import { onEveryStore } from './sites.ts';

const OLD = new Date('2020-01-01');
const SINCE = new Date('2021-01-01');
const FUTURE = new Date('2100-01-01');

let aged = 0;
/** Makes everything in the store look old. */
async function age(root: string): Promise<void> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  // No two at the same moment: a digest is remembered by inode, which a later file may get again, and time.
  for (const { parentPath, name } of entries) {
    const time = OLD.getTime() / 1000 + ++aged;
    await utimes(join(parentPath, name), time, time);
  }
}

async function putResult(store: Store, name: string, output: object): Promise<string> {
  const key = digestOfJson({ name });
  const createdAt = OLD.toISOString();
  await store.results.put(key, {
    schemaVersion: 1,
    key,
    stage: 'test',
    version: '1',
    createdAt,
    output: { output } as never,
  });
  return key;
}

onEveryStore('collecting garbage', (newSite, s3) => {
  test('what is kept stays whole: folders with their files, JSON with all that it refers to', async () => {
    const site = await newSite();
    const { root } = site;
    const store = await site.open();
    const source = await newRoot();
    await mkdir(join(source, 'sub'));
    await writeFile(join(source, 'sub', 'weights'), 'weights');
    const folder = await store.putFolder(source);
    const leaf = await store.putBytes(Buffer.from('leaf'), 'text/plain');
    const inner = await store.putJson({ deep: [{ leaf }] });
    const outer = await store.putJson({ inner, folder });
    const other = await store.putBytes(Buffer.from('other'), 'text/plain');
    const weights = join(await store.folder(folder), 'sub', 'weights');
    await age(site.files);
    const dry = await collectGarbage({ root, keep: [outer], since: SINCE, dryRun: true });
    expect(await store.verify(other)).toBe(true);
    expect(await collectGarbage({ root, keep: [outer], since: SINCE })).toEqual(dry);
    expect(dry).toMatchObject({ blobs: 1, bytes: 5, kept: { blobs: 5 } });
    for (const ref of [folder, leaf, inner, outer]) expect(await store.verify(ref)).toBe(true);
    expect(await store.verify(other)).toBe(false);
    expect(weights).toContain(await store.folder(folder));
  });

  test('a result that a job asked for since then stays, with what it refers to; so does whatever is young', async () => {
    const site = await newSite();
    const { root } = site;
    const store = await site.open();
    const [used, unused] = [await store.putJson({ used: 1 }), await store.putJson({ unused: 1 })];
    const [asked, forgotten] = [
      await putResult(store, 'a', { used }),
      await putResult(store, 'b', { unused }),
    ];
    await store.checkpoint(asked).write('block', Buffer.from('1'));
    await store.checkpoint(forgotten).write('block', Buffer.from('1'));
    await age(site.files);
    await store.journal.append({ key: asked, stage: 'test', event: 'cached' });
    const young = await store.putJson({ young: 1 });
    expect(await collectGarbage({ root, keep: [], since: SINCE })).toMatchObject({
      results: 1,
      blobs: 1,
      checkpoints: 1,
    });
    expect(await store.results.get(asked)).toBeDefined();
    expect(await store.results.get(forgotten)).toBeUndefined();
    expect(await store.checkpoint(asked).names()).toEqual(['block']);
    expect([await store.verify(used), await store.verify(unused), await store.verify(young)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('no result that stays promises what is gone, and nothing that is kept goes', async () => {
    const graph = fc.array(
      fc.record({
        refersTo: fc.array(fc.nat(20), { maxLength: 3 }),
        result: fc.boolean(),
        asked: fc.boolean(),
        kept: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(graph, async (nodes) => {
        const site = await newSite();
        const { root } = site;
        const store = await site.open();
        const refs: ArtifactRef[] = [];
        for (const [i, { refersTo }] of nodes.entries()) {
          refs.push(
            await store.putJson({ i, refersTo: refersTo.filter((to) => to < i).map((to) => refs[to]!) }),
          );
        }
        const keys = new Map<string, ArtifactRef>();
        for (const [i, { result, asked }] of nodes.entries()) {
          if (!result) continue;
          const key = await putResult(store, String(i), { made: refs[i]! });
          keys.set(key, refs[i]!);
          if (asked) await store.journal.append({ key, stage: 'test', event: 'finished' });
        }
        await age(site.files);
        const keep = refs.filter((_, i) => nodes[i]!.kept);
        await collectGarbage({ root, keep, since: SINCE });
        const whole = async (ref: ArtifactRef): Promise<boolean> => {
          if (!(await store.verify(ref))) return false;
          const { refersTo } = (await store.readJson(ref)) as { refersTo: ArtifactRef[] };
          return (await Promise.all(refersTo.map(whole))).every(Boolean);
        };
        for (const ref of keep) expect(await whole(ref)).toBe(true);
        for (const [key, ref] of keys) {
          if ((await store.results.get(key)) !== undefined) expect(await whole(ref)).toBe(true);
        }
        await collectGarbage({ root, keep: [], since: FUTURE });
        expect(
          (
            await readdir(join(site.files, 'blobs'), { recursive: true, withFileTypes: true }).catch(() => [])
          ).filter((e) => e.isFile()),
        ).toEqual([]);
      }),
      { numRuns: s3 ? 4 : 30 },
    );
  });
});
