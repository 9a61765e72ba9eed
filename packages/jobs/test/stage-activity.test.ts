import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@quantloop/artifacts';
import { stageActivity, stageKey, toApplicationFailure, type StageHeartbeat } from '@quantloop/jobs';
import {
  ApplicationFailure,
  CancelledFailure,
  defaultFailureConverter,
  defaultPayloadConverter,
} from '@temporalio/common';
import type { Info } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { block, count, eventsOf, misbehave, newRoot } from './stages.ts';

const heartbeatTimeoutMs = 300;

/** Failures are what is tested here: the SDK need not print them. */
function mockEnvironment(info: Partial<Info> = {}): MockActivityEnvironment {
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
}

async function run<Input, Output>(
  environment: MockActivityEnvironment,
  activity: (input: Input) => Promise<Output>,
  input: Input,
): Promise<Output> {
  return environment.run<[Input], Output, typeof activity>(activity, input);
}

describe('a stage as an activity', () => {
  test('heartbeats its progress and the key of its checkpoint', async () => {
    const storeRoot = await newRoot();
    const environment = mockEnvironment({ heartbeatTimeoutMs });
    const beats: StageHeartbeat[] = [];
    environment.on('heartbeat', (beat) => beats.push(beat));
    const input = { blocks: 3, milliseconds: 1 };
    const { output, execution } = await run(environment, stageActivity(count, { storeRoot }), input);
    expect(output.sum).toBe(5);
    expect(execution).toMatchObject({ attempts: 1, cached: false });
    const key = await stageKey(count, input, await openStore({ root: storeRoot }));
    expect(beats[0]).toEqual({ stage: 'count' });
    expect(beats.at(-1)).toMatchObject({ stage: 'count', key, done: 3, total: 3, unit: 'blocks' });
    expect(Math.max(...beats.map((beat) => JSON.stringify(beat).length))).toBeLessThan(400);
  });

  test('goes on heartbeating while the job is silent, and ends it when cancelled', async () => {
    const environment = mockEnvironment({ heartbeatTimeoutMs });
    let silent = 0;
    environment.on('heartbeat', ({ done }: StageHeartbeat) => {
      // The first report is the last thing this job says; every beat after it comes from the parent.
      if (done !== undefined && ++silent === 4) environment.cancel();
    });
    const trace = join(await newRoot(), 'trace');
    const running = environment.run(stageActivity(block, { storeRoot: await newRoot() }), { trace });
    await expect(running).rejects.toBeInstanceOf(CancelledFailure);
    expect(silent).toBeGreaterThanOrEqual(4);
  });

  test('logs its attempt, and what its job prints', async () => {
    const said: { message: string; job?: number }[] = [];
    const logger = new DefaultLogger('INFO', ({ message, meta }) => said.push({ message, ...meta }));
    const environment = new MockActivityEnvironment({}, { logger });
    const activity = stageActivity(misbehave, { storeRoot: await newRoot() });
    await expect(environment.run(activity, { way: 'complains and ends' })).rejects.toThrow();
    const [begun, complaint] = said;
    expect(begun?.message).toBe('begun');
    expect(complaint?.message).toBe('libfoo: cannot open device 0');
    expect(complaint?.job).toBeGreaterThan(0);
  });

  test('without a heartbeat timeout sends none', async () => {
    const environment = mockEnvironment();
    const beats: unknown[] = [];
    environment.on('heartbeat', (beat) => beats.push(beat));
    await environment.run(stageActivity(count, { storeRoot: await newRoot() }), {
      blocks: 2,
      milliseconds: 1,
    });
    expect(beats).toEqual([]);
  });

  test('a next attempt, in another worker, goes on from the checkpoint; one more takes the result', async () => {
    const storeRoot = await newRoot();
    const input = { blocks: 10, milliseconds: 1, stopsAt: 4 };
    const attemptOf = (attempt: number) => mockEnvironment({ heartbeatTimeoutMs, attempt });
    const first = attemptOf(1);
    let killed = false;
    first.on('heartbeat', ({ done, note }: StageHeartbeat) => {
      // The last report is sent again until the end of the job is known.
      if (done === 4 && !killed) killed = process.kill(Number(note), 'SIGKILL');
    });
    await expect(first.run(stageActivity(count, { storeRoot }), input)).rejects.toMatchObject({
      type: 'worker-lost',
      nonRetryable: false,
    });
    const second = await run(attemptOf(2), stageActivity(count, { storeRoot }), input);
    expect(second.execution).toMatchObject({ attempts: 2, cached: false, resumedBlocks: 4 });
    const third = await run(attemptOf(1), stageActivity(count, { storeRoot }), input);
    expect(third.output).toEqual(second.output);
    expect(third.execution).toMatchObject({ attempts: 1, cached: true, resumedBlocks: 0 });
    const store = await openStore({ root: storeRoot });
    expect(await eventsOf(store)).toEqual([
      'started',
      'failed worker-lost',
      'started',
      'resumed',
      'finished',
      'cached',
    ]);
  });

  test('fails with a type to act on, a hint, and no retry where none can help', async () => {
    const fail = (way: string, attempt = 1) =>
      newRoot().then((storeRoot) =>
        mockEnvironment({ attempt })
          .run(stageActivity(misbehave, { storeRoot }), { way })
          .catch((error: unknown) => error as ApplicationFailure),
      );
    const permanent = await fail('throws a permanent failure');
    expect(permanent).toBeInstanceOf(ApplicationFailure);
    expect(permanent).toMatchObject({
      type: 'model-corrupt',
      nonRetryable: true,
      message: 'tensor 3 lies about its size',
      details: [{ stage: 'misbehave', hint: 'Fetch it again.' }],
    });
    expect(await fail('throws a transient failure')).toMatchObject({
      type: 'device-lost',
      nonRetryable: false,
      details: [{ stage: 'misbehave' }],
    });
    expect(await fail('throws an ordinary error', 2)).toMatchObject({
      type: 'internal',
      nonRetryable: false,
    });
    expect(await fail('throws an ordinary error', 3)).toMatchObject({ type: 'internal', nonRetryable: true });
  });

  test('a store that cannot be opened is waited for, and then tried again by another attempt', async () => {
    const file = join(await newRoot(), 'file');
    await writeFile(file, '');
    const activity = stageActivity(count, { storeRoot: join(file, 'store') });
    process.env['QUANTLOOP_STORE_PATIENCE'] = '0';
    const failing = mockEnvironment().run(activity, { blocks: 1, milliseconds: 1 });
    await expect(failing).rejects.toMatchObject({ type: 'store-unavailable', nonRetryable: false });
    delete process.env['QUANTLOOP_STORE_PATIENCE'];
    const running = run(mockEnvironment(), activity, { blocks: 1, milliseconds: 1 });
    await sleep(200);
    await rm(file);
    expect((await running).execution.attempts).toBe(1);
  });

  test('a failure with more to say than a server takes is cut short', () => {
    const message = 'word '.repeat(1_000_000);
    const failure = toApplicationFailure(new Error(message), { stage: 'count', attempt: 1 });
    expect(failure.message).toMatch(/^Error: word .* … \(\d+ characters\)$/);
    expect(
      JSON.stringify(defaultFailureConverter.errorToFailure(failure, defaultPayloadConverter)).length,
    ).toBeLessThan(100_000);
  });

  test('a failure that is Temporal’s own already passes unchanged', () => {
    const failure = ApplicationFailure.nonRetryable('no', 'other');
    expect(toApplicationFailure(failure, { stage: 'count', attempt: 1 })).toBe(failure);
  });
});
