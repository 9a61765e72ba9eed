import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { isDisturbed, parseProcStat, watchMachine } from '../../src/performance/machine-state.ts';
import { peakResidentBytes } from '../../src/performance/peak-memory.ts';

test('ticks are read from the first line of /proc/stat; guests are already counted as user time', () => {
  const text = 'cpu  10 20 30 400 50 6 7 8 9 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
  expect(parseProcStat(text)).toEqual({ total: 531, idle: 450, steal: 8 });
});

test('work of this process is its own, not that of others', async () => {
  const stop = await watchMachine();
  const begin = process.cpuUsage();
  while (process.cpuUsage(begin).user < 200_000) Math.sqrt(begin.user);
  const state = await stop();
  expect(state.ownCpuSeconds).toBeGreaterThanOrEqual(0.2);
  expect(state.wallSeconds).toBeGreaterThan(0);
  for (const share of [state.foreignShare, state.idleShare, state.stealShare]) {
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  }
});

describe('other work disturbs a measurement', () => {
  const quiet = {
    wallSeconds: 1,
    ownCpuSeconds: 1,
    foreignShare: 0,
    idleShare: 0.5,
    stealShare: 0,
    majorFaults: 0,
    loadBefore: 1,
    loadAfter: 1,
  };
  test.each([
    { state: {}, contended: false, why: 'not when there is none' },
    { state: { foreignShare: 0.4, idleShare: 0.5 }, contended: false, why: 'not while cores are idle' },
    { state: { foreignShare: 0.4, idleShare: 0.01 }, contended: true, why: 'when it takes the cores' },
    { state: { idleShare: 0 }, contended: false, why: 'not when all the work is ours' },
    { state: { stealShare: 0.1 }, contended: true, why: 'when the hypervisor gives them away' },
  ])('$why', ({ state, contended }) => {
    expect(isDisturbed({ ...quiet, ...state })).toBe(contended);
  });
});

test('the peak of memory rises with what is used and never falls again', async () => {
  const before = await peakResidentBytes();
  let block: Uint8Array | undefined = new Uint8Array(256 * 2 ** 20).fill(1);
  const during = await peakResidentBytes();
  expect(during).toBeGreaterThan(before + 64 * 2 ** 20);
  expect(block.at(-1)).toBe(1);
  block = undefined;
  await sleep(10);
  expect(await peakResidentBytes()).toBeGreaterThanOrEqual(during);
});
