import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOfJson, openStore, type StoredResult } from '@quantloop/artifacts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutShort, flipBit } from './damage.ts';
import { newRoot } from './new-root.ts';
import { onEveryStore } from './sites.ts';

const key = digestOfJson({ stage: 'test' });
const hex = key.slice('sha256:'.length);

function resultOf(output: string): StoredResult {
  return {
    schemaVersion: 1,
    key,
    stage: 'test',
    version: '1',
    createdAt: '2026-01-02T03:04:05.678Z',
    output: { output },
  };
}

onEveryStore('results', (newSite, s3) => {
  test('the first result stored under a key stays, until it is removed', async () => {
    const store = await (await newSite()).open();
    expect(await store.results.get(key)).toBeUndefined();
    const racing = await Promise.all(['a', 'b', 'c'].map((text) => store.results.put(key, resultOf(text))));
    expect(racing).toHaveLength(3);
    const first = await store.results.get(key);
    await store.results.put(key, resultOf('d'));
    expect(await store.results.get(key)).toEqual(first);
    await store.results.remove(key);
    await store.results.put(key, resultOf('d'));
    expect(await store.results.get(key)).toEqual(resultOf('d'));
  });

  test('a permanent failure is a result', async () => {
    const store = await (await newSite()).open();
    const { output: _, ...entry } = resultOf('') as StoredResult & { output: unknown };
    const failure = { code: 'unsupported', message: 'no kernel', hint: 'another target', quantloop: '0.1.0' };
    await store.results.put(key, { ...entry, failure });
    expect(await store.results.get(key)).toEqual({ ...entry, failure });
  });

  test.each([
    ['is cut short', (path: string) => cutShort(path, 40)],
    ['is empty', (path: string) => cutShort(path, 0)],
    ['is of another form', (path: string) => writeFile(path, '{"schemaVersion":2}')],
    [
      'belongs to another key',
      (path: string) => writeFile(path, JSON.stringify({ ...resultOf(''), key: digestOfJson(1) })),
    ],
  ])('an entry that %s counts as absent, and makes way', async (_, damage) => {
    const site = await newSite();
    const store = await site.open();
    await store.results.put(key, resultOf('a'));
    await damage(join(site.files, 'results', `${hex}.json`));
    expect(await store.results.get(key)).toBeUndefined();
    if (!s3) expect(await readdir(join(site.files, 'results'))).toEqual([`${hex}.json.corrupt`]);
    await store.results.put(key, resultOf('b'));
    expect(await store.results.get(key)).toEqual(resultOf('b'));
  });

  test('a damaged entry does not stand in the way of a new one', async () => {
    const site = await newSite();
    const store = await site.open();
    await store.results.put(key, resultOf('a'));
    await cutShort(join(site.files, 'results', `${hex}.json`), 10);
    await store.results.put(key, resultOf('b'));
    expect(await store.results.get(key)).toEqual(resultOf('b'));
  });

  test.each(['', '../x', 'sha256:12', hex.toUpperCase()])('%j is no key', async (bad) => {
    const store = await (await newSite()).open();
    await expect(store.results.get(bad)).rejects.toThrow('is not the key of a job');
    expect(() => store.checkpoint(bad)).toThrow('is not the key of a job');
  });
});

onEveryStore('checkpoints', (newSite, s3) => {
  test('blocks of any name and content come back until they are cleared', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ minLength: 1, maxLength: 15, unit: 'grapheme' }), fc.uint8Array(), {
          maxKeys: 5,
        }),
        async (blocks) => {
          const store = await (await newSite()).open();
          for (const [name, bytes] of Object.entries(blocks)) await store.checkpoint(key).write(name, bytes);
          const read = store.checkpoint(key);
          expect(await read.names()).toEqual(Object.keys(blocks).sort());
          for (const [name, bytes] of Object.entries(blocks)) {
            expect(Buffer.from((await read.read(name))!).equals(bytes)).toBe(true);
          }
          await read.clear();
          expect(await read.names()).toEqual([]);
          expect(await read.read('layer-0')).toBeUndefined();
        },
      ),
      { numRuns: s3 ? 4 : 10 },
    );
  });

  test('a block damaged or cut short anywhere reads as absent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.nat(),
        fc.boolean(),
        async (bytes, at, cut) => {
          const site = await newSite();
          const { write, read } = (await site.open()).checkpoint(key);
          await write('layer-0', bytes);
          const path = join(site.files, 'checkpoints', hex, 'layer-0');
          const { length } = await readFile(path);
          await (cut ? cutShort(path, at % length) : flipBit(path, at));
          expect(await read('layer-0')).toBeUndefined();
          await write('layer-0', bytes);
          expect(Buffer.from((await read('layer-0'))!).equals(bytes)).toBe(true);
        },
      ),
      { numRuns: s3 ? 4 : 10 },
    );
  });

  test.each(['', '\ud800', 'x'.repeat(201)])('a block cannot be named %j', async (name) => {
    const { write } = (await (await newSite()).open()).checkpoint(key);
    await expect(write(name, Buffer.from('x'))).rejects.toThrow('cannot be named');
  });

  test.each(['..', '.', 'a/../../b', '/etc/passwd'])(
    'the name %j stays inside the checkpoint',
    async (name) => {
      const site = await newSite();
      const { write, names } = (await site.open()).checkpoint(key);
      await write(name, Buffer.from('x'));
      expect(await names()).toEqual([name]);
      expect((await readdir(join(site.files, 'checkpoints', hex))).length).toBe(1);
    },
  );
});

onEveryStore('the journal', (newSite) => {
  test('keeps what was appended, in order, with time and process', async () => {
    const store = await (await newSite()).open();
    expect(await store.journal.read()).toEqual([]);
    await store.journal.append({ key, stage: 'quantize', event: 'started', attempt: 2 });
    await store.journal.append({ key, stage: 'quantize', event: 'resumed', blocks: 3 });
    expect(await store.journal.read()).toEqual([
      { key, stage: 'quantize', event: 'started', attempt: 2, pid: process.pid, time: expect.any(String) },
      { key, stage: 'quantize', event: 'resumed', blocks: 3, pid: process.pid, time: expect.any(String) },
    ]);
  });
});

describe('the journal in a folder', () => {
  test('a line torn by a crash is left out, and the next one is whole', async () => {
    const root = await newRoot();
    const first = await openStore({ root });
    await first.journal.append({ key, stage: 'a', event: 'started' });
    await appendFile(join(root, 'journal.jsonl'), '{"time":"2026-01-0');
    const second = await openStore({ root });
    await second.journal.append({ key, stage: 'b', event: 'started' });
    expect((await second.journal.read()).map(({ stage }) => stage)).toEqual(['a', 'b']);
  });

  test('lines of several processes never mix', async () => {
    const root = await newRoot();
    const writers = [0, 1, 2].map((writer) =>
      fork(join(import.meta.dirname, 'append-to-journal.ts'), [root, `writer-${writer}`, '100'], {
        execArgv: ['--conditions=@quantloop/source'],
      }),
    );
    await Promise.all(writers.map((writer) => once(writer, 'exit')));
    const entries = await (await openStore({ root })).journal.read();
    expect(entries).toHaveLength(300);
    for (const writer of [0, 1, 2]) {
      const own = entries.filter(({ stage }) => stage === `writer-${writer}`);
      expect(own.map(({ blocks }) => blocks)).toEqual(Array.from({ length: 100 }, (_, index) => index));
    }
  });
});
