import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStage } from '@quantloop/jobs';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { block, count, eventsOf, isAlive, newRoot, newStore } from './stages.ts';

describe('a job killed in the middle', () => {
  test('goes on from its checkpoint, to the same output', async () => {
    const input = { blocks: 12, milliseconds: 1 };
    const { output } = await runStage(count, input, { store: await newStore() });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 11 }), async (moment) => {
        const store = await newStore();
        const stopping = { ...input, stopsAt: moment };
        const killed = runStage(count, stopping, {
          store,
          onProgress: ({ done, note }) => done === moment && process.kill(Number(note), 'SIGKILL'),
        });
        await expect(killed).rejects.toMatchObject({ code: 'worker-lost' });
        const resumed = await runStage(count, stopping, { store, attempt: 2 });
        expect(resumed.output).toEqual(output);
        expect(resumed.execution).toMatchObject({ cached: false, attempts: 2, resumedBlocks: moment });
        expect(await eventsOf(store)).toEqual([
          'started',
          'failed worker-lost',
          'started',
          'resumed',
          'finished',
        ]);
      }),
      { numRuns: 3 },
    );
  });
});

describe('cancelling', () => {
  test.each([
    ['that listens', count, async () => ({ blocks: 1000, milliseconds: 50 })],
    ['that blocks its thread', block, async () => ({ trace: join(await newRoot(), 'trace') })],
  ] as const)('ends a job %s, and its process is gone', async (_, stage, makeInput) => {
    const store = await newStore();
    const cancel = new AbortController();
    const reason = new Error('cancelled by the test');
    let pid = 0;
    const running = runStage(stage as typeof block, (await makeInput()) as { trace: string }, {
      store,
      signal: cancel.signal,
      onProgress: ({ note }) => {
        pid = Number(note);
        setTimeout(() => cancel.abort(reason), 100);
      },
    });
    await expect(running).rejects.toBe(reason);
    expect(pid).toBeGreaterThan(0);
    expect(isAlive(pid)).toBe(false);
    expect(await eventsOf(store)).toEqual(['started', 'failed cancelled']);
  });

  test('before the start runs nothing', async () => {
    const store = await newStore();
    const running = runStage(
      count,
      { blocks: 2, milliseconds: 1 },
      { store, signal: AbortSignal.abort(new Error('no')) },
    );
    await expect(running).rejects.toThrow('no');
    expect(await eventsOf(store)).toEqual([]);
  });

  test('keeps the finished blocks', async () => {
    const store = await newStore();
    const cancel = new AbortController();
    const input = { blocks: 8, milliseconds: 1, stopsAt: 4 };
    const running = runStage(count, input, {
      store,
      signal: cancel.signal,
      onProgress: ({ done }) => done === 4 && cancel.abort(),
    });
    await expect(running).rejects.toThrow('aborted');
    expect((await runStage(count, input, { store })).execution.resumedBlocks).toBe(4);
  });
});

describe.skipIf(!existsSync('/proc/self/stat'))('the parent process (needs /proc)', () => {
  test('killed while a job blocks its thread, leaves no process at work', async () => {
    const trace = join(await newRoot(), 'trace');
    const parent = runInParent('block', trace);
    await once(parent.stdout, 'data');
    await vi.waitFor(() => expect(existsSync(trace)).toBe(true), { timeout: 15_000, interval: 20 });
    const children = childrenOf(parent.pid!);
    expect(children.length).toBeGreaterThan(0);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(children.filter(isAlive)).toEqual([]), { timeout: 15_000, interval: 50 });
    const { length } = readFileSync(trace);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(readFileSync(trace).length).toBe(length);
  });

  test('ends when its work is done, without waiting for the spare process, which ends too', async () => {
    const parent = runInParent('count', '3');
    const printed = await new Promise<string>((resolve) => {
      let all = '';
      parent.stdout.on('data', (data) => (all += String(data))).on('end', () => resolve(all));
    });
    const { sum, spares } = JSON.parse(printed) as { sum: number; spares: number[] };
    expect(sum).toBe(5);
    expect(spares).toHaveLength(1);
    await vi.waitFor(() => expect(spares.filter(isAlive)).toEqual([]), { timeout: 15_000, interval: 50 });
  });
});

function runInParent(...args: string[]) {
  const script = join(import.meta.dirname, 'run-in-parent.ts');
  return spawn(process.execPath, ['--conditions=@quantloop/source', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}
