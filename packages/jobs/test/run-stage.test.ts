import { chmod, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredResult } from '@quantloop/artifacts';
import type { StageResult } from '@quantloop/core';
import { defineStage, runStage, stageKey, withMachine, type Progress } from '@quantloop/jobs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { count, eventsOf, flaky, misbehave, newRoot, newStore, surroundings } from './stages.ts';

describe('running a stage', () => {
  test('a job runs in a process of its own, once; its result is kept', async () => {
    const store = await newStore();
    const seen: Progress[] = [];
    const first = await runStage(
      count,
      { blocks: 4, milliseconds: 1 },
      { store, onProgress: (p) => seen.push(p) },
    );
    expect(first.output.sum).toBe(0 + 1 + 4 + 9);
    expect(first.execution).toEqual({
      seconds: expect.any(Number),
      attempts: 1,
      cached: false,
      resumedBlocks: 0,
    });
    expect(seen.at(-1)).toMatchObject({ done: 4, total: 4, unit: 'blocks' });
    expect(seen.at(-1)?.note).not.toBe(String(process.pid));

    const second = await runStage(count, { blocks: 4, milliseconds: 1 }, { store, attempt: 2 });
    expect(second.output).toEqual(first.output);
    expect(second.execution).toMatchObject({ attempts: 2, cached: true });
    expect(await eventsOf(store)).toEqual(['started', 'finished', 'cached']);
    const key = await stageKey(count, { blocks: 4, milliseconds: 1 }, store);
    expect(await store.checkpoint(key).names()).toEqual([]);
  });

  test('whatever decides the result is part of the key', async () => {
    const store = await newStore();
    const input = { blocks: 2, milliseconds: 1 };
    const keys = await Promise.all([
      stageKey(count, input, store),
      stageKey(count, { ...input, blocks: 3 }, store),
      stageKey({ ...count, version: '2' }, input, store),
      stageKey({ ...count, name: 'other' }, input, store),
      stageKey({ ...count, keyParts: async () => ({ runtime: '1.30' }) }, input, store),
      stageKey({ ...count, keyParts: async () => ({ runtime: '1.31' }) }, input, store),
    ]);
    expect(new Set(keys).size).toBe(keys.length);
    expect(await stageKey(count, { milliseconds: 1, blocks: 2 }, store)).toBe(keys[0]);

    await runStage(count, input, { store });
    const changed = await runStage(count, { ...input, blocks: 3 }, { store });
    expect(changed.execution.cached).toBe(false);
    expect(changed.output.sum).toBe(5);
  });

  test('a default filled in and the same value written out are one job', async () => {
    const store = await newStore();
    await runStage(count, { blocks: 2 } as never, { store });
    expect((await runStage(count, { blocks: 2, milliseconds: 1 }, { store })).execution.cached).toBe(true);
  });

  test('a permanent failure is kept and thrown again without running', async () => {
    const store = await newStore();
    for (const _ of [1, 2]) {
      await expect(
        runStage(misbehave, { way: 'throws a permanent failure' }, { store }),
      ).rejects.toMatchObject({
        code: 'model-corrupt',
        message: 'tensor 3 lies about its size',
        hint: 'Fetch it again.',
      });
    }
    expect(await eventsOf(store)).toEqual(['started', 'failed model-corrupt', 'cached model-corrupt']);
  });

  test('a permanent failure of another version of quantloop is forgotten', async () => {
    const store = await newStore();
    const fail = () => runStage(misbehave, { way: 'throws a permanent failure' }, { store });
    await expect(fail()).rejects.toMatchObject({ code: 'model-corrupt' });
    const key = await stageKey(misbehave, { way: 'throws a permanent failure' }, store);
    const kept = (await store.results.get(key)) as Extract<StoredResult, { failure: unknown }>;
    await store.results.remove(key);
    await store.results.put(key, { ...kept, failure: { ...kept.failure, quantloop: '0.0.1' } });
    await expect(fail()).rejects.toMatchObject({ code: 'model-corrupt' });
    const again = ['started', 'failed model-corrupt'];
    expect(await eventsOf(store)).toEqual([...again, ...again]);
    expect(await store.results.get(key)).toMatchObject({ failure: { quantloop: kept.failure.quantloop } });
  });

  test('a transient failure is never kept', async () => {
    const store = await newStore();
    const needs = join(await newRoot(), 'disk');
    await expect(runStage(flaky, { needs }, { store })).rejects.toMatchObject({ code: 'store-unavailable' });
    await writeFile(needs, '');
    const { output, execution } = await runStage(flaky, { needs }, { store });
    expect(output).toEqual({ value: 'done' });
    expect(execution.cached).toBe(false);
  });

  test('a kept result whose artifact was cut short is noticed and computed again', async () => {
    const store = await newStore();
    const input = { blocks: 5, milliseconds: 1 };
    const { output } = await runStage(count, input, { store });
    const path = await store.file(output.table);
    await chmod(path, 0o644);
    await truncate(path, 4);
    const again = await runStage(count, input, { store });
    expect(again.execution.cached).toBe(false);
    expect(again.output).toEqual(output);
    expect(await store.verify(output.table)).toBe(true);
    expect((await runStage(count, input, { store })).execution.cached).toBe(true);
  });

  test('a kept result of another form than the stage’s is computed again', async () => {
    const store = await newStore();
    const input = { blocks: 3, milliseconds: 1 };
    const older = defineStage({
      ...count,
      output: z.strictObject({ sum: z.number(), table: z.unknown() }),
      artifacts: () => [],
    });
    await runStage(older, input, { store });
    expect((await runStage(count, input, { store })).execution.cached).toBe(true);
    const newer = defineStage({ ...count, output: count.output.refine(({ sum }) => sum !== 5) });
    await expect(runStage(newer, input, { store })).rejects.toMatchObject({ code: 'internal' });
    expect(await eventsOf(store)).toEqual(['started', 'finished', 'cached', 'started', 'failed internal']);
  });

  test('the same job asked for five times at once runs once', async () => {
    const store = await newStore();
    const runs = await Promise.all(
      Array.from({ length: 5 }, () => runStage(count, { blocks: 3, milliseconds: 5 }, { store })),
    );
    expect(new Set(runs.map(({ output }) => output.table.digest)).size).toBe(1);
    expect(await eventsOf(store)).toEqual(['started', 'finished']);
  });

  test('one of two callers may leave; the job goes on for the other', async () => {
    const store = await newStore();
    const leaving = new AbortController();
    const input = { blocks: 20, milliseconds: 10 };
    const first = runStage(count, input, {
      store,
      signal: leaving.signal,
      onProgress: () => leaving.abort(new Error('enough')),
    });
    const second = runStage(count, input, { store });
    await expect(first).rejects.toThrow('enough');
    expect((await second).output.sum).toBe(2470);
    expect(await eventsOf(store)).toEqual(['started', 'finished']);
  });

  test('a job done elsewhere while this one waited for the machine is not done again', async () => {
    const [store, elsewhere] = [await newStore(), await newStore()];
    const input = { blocks: 3, milliseconds: 1 };
    await runStage(count, input, { store: elsewhere });
    const key = await stageKey(count, input, store);
    const result = await elsewhere.results.get(key);
    let waiting!: Promise<StageResult<unknown>>;
    await withMachine({ use: 'alone' }, async () => {
      const known = new Promise((resolve) => {
        waiting = runStage(count, input, { store, onKey: resolve });
      });
      await known;
      await store.putJson([0, 1, 4]);
      await store.results.put(key, result!);
    });
    expect((await waiting).execution.cached).toBe(true);
    expect(await eventsOf(store)).toEqual(['cached']);
  });

  test('input that does not fit is refused before anything runs', async () => {
    const store = await newStore();
    await expect(runStage(count, { blocks: -1, milliseconds: 1 }, { store })).rejects.toMatchObject({
      code: 'invalid-spec',
      message: expect.stringContaining('→ at blocks'),
    });
    expect(await eventsOf(store)).toEqual([]);
  });

  test('a job sees its settings and none of the parent’s secrets', async () => {
    const store = await newStore();
    const secrets = [
      'AWS_SECRET_ACCESS_KEY',
      'TEMPORAL_API_KEY',
      'TEMPORAL_TLS_CLIENT_KEY_DATA',
      'GITHUB_TOKEN',
      'NPM_TOKEN',
      'NODE_AUTH_TOKEN',
      'SSH_AUTH_SOCK',
      'NIGHTLY_WEBHOOK_SECRET',
      'QUANTLOOP_PAYLOAD_KEYS',
      'QUANTLOOP_PAYLOAD_KEY_FILE',
    ];
    for (const name of secrets) vi.stubEnv(name, 'secret');
    vi.stubEnv('QUANTLOOP_TEST_SETTING', 'on');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { output } = await runStage(surroundings, {}, { store });
    expect(output.variables).toContain('PATH');
    expect(output.variables).toContain('GLIBC_TUNABLES');
    expect(output.options).toContain('--max-semi-space-size=4');
    expect(output.variables).toContain('QUANTLOOP_TEST_SETTING');
    expect(output.variables.filter((name) => secrets.includes(name))).toEqual([]);
  });

  test('a job that measures gets a process that no job has used; the others take turns in one', async () => {
    const store = await newStore();
    const pids: Record<'computing' | 'measuring', Set<number>> = {
      computing: new Set(),
      measuring: new Set(),
    };
    for (const version of ['1', '2', '3', '4', '5', '6']) {
      const measures = Number(version) % 3 === 0;
      const { output } = await runStage({ ...surroundings, version, measures }, {}, { store });
      pids[measures ? 'measuring' : 'computing'].add(output.pid);
    }
    expect(pids.computing.size).toBe(1);
    expect(pids.measuring.size).toBe(2);
    expect([...pids.measuring].some((pid) => pids.computing.has(pid))).toBe(false);
  });
});
