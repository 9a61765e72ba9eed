import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseProcessStat, processTree } from '../../../src/hardware/process-tree.ts';
import { parseProcStat } from '../../../src/performance/machine/cpu-times.ts';
import { disturbances } from '../../../src/performance/machine/machine-state.ts';
import { parseVmStat } from '../../../src/performance/machine/swap.ts';
import { readThrottling } from '../../../src/performance/machine/throttling.ts';
import { watchMachine } from '../../../src/performance/machine/watch-machine.ts';
import { quiet } from '../synthetic-engine.ts';

test('ticks of the cores that count are read from /proc/stat; guests are already counted as user time', () => {
  const text = [
    'cpu  11 22 33 404 55 6 7 8 9 10',
    'cpu0 10 20 30 400 50 6 7 8 9 10',
    'cpu1 1 2 3 4 5 0 0 0 0 0',
    'intr 5 6 7',
    '',
  ].join('\n');
  expect(parseProcStat(text)).toEqual({ total: 546, idle: 459, steal: 8, cores: 2 });
  expect(parseProcStat(text, [1])).toEqual({ total: 15, idle: 9, steal: 0, cores: 1 });
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

test.skipIf(process.platform !== 'linux')('work of a child counts as own, running or ended', async () => {
  const stop = await watchMachine();
  const busy = 'while (process.cpuUsage().user < 300_000) Math.sqrt(2);';
  const running = spawn(process.execPath, ['-e', `${busy} console.log('done'); setInterval(() => {}, 1000)`]);
  await once(running.stdout, 'data');
  execFileSync(process.execPath, ['-e', busy]);
  const state = await stop();
  running.kill();
  // Two times 0.3 s, read in hundredths.
  expect(state.ownCpuSeconds).toBeGreaterThan(0.55);
});

test.skipIf(process.platform !== 'linux')(
  'a process tree begins with its root, and holds children of children',
  async () => {
    const nested = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    setInterval(() => {}, 1000); console.log('ready')`;
    const child = spawn(process.execPath, ['-e', nested]);
    await once(child.stdout, 'data');
    await sleep(100);
    const tree = await processTree(child.pid!);
    const parent = await processTree(process.pid);
    for (const { pid } of tree.toReversed()) process.kill(pid);
    expect(tree.map(({ pid }) => pid)[0]).toBe(child.pid);
    expect(tree).toHaveLength(2);
    expect(tree[1]!.parent).toBe(child.pid);
    expect(parent.map(({ pid }) => pid)).toEqual(expect.arrayContaining(tree.map(({ pid }) => pid)));
  },
);

test('a process is read from its line, whatever its name', () => {
  const line = '42 (a) b) (c) S 7 42 42 0 -1 4194560 500 60 3 1 150 50 20 10 20 0 11 0 100 1000 200';
  expect(parseProcessStat(line)).toEqual({
    pid: 42,
    parent: 7,
    cpuSeconds: 2,
    majorFaults: 3,
    ended: { cpuSeconds: 0.3, majorFaults: 1 },
  });
});

test('swapped pages are those that came and those that went', () => {
  expect(parseVmStat('nr_free_pages 12\npswpin 3\npswpout 5\npgfault 1\n')).toBe(8 * 4096);
});

describe('throttling', () => {
  async function system(files: Record<string, string>): Promise<string> {
    const root = await mkdtemp(join(tmpdir(), 'quantloop-system-'));
    onTestFinished(() => rm(root, { recursive: true }));
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    }
    return root;
  }
  const cores = 'sys/devices/system/cpu';

  test('is read per core, and from the control group that the process is in', async () => {
    const root = await system({
      [`${cores}/cpu0/thermal_throttle/core_throttle_count`]: '3\n',
      [`${cores}/cpu1/thermal_throttle/core_throttle_count`]: '4\n',
      [`${cores}/cpu0/cpufreq/scaling_cur_freq`]: '3200000\n',
      [`${cores}/cpu1/cpufreq/scaling_cur_freq`]: '2800000\n',
      [`${cores}/cpufreq/policy0`]: '',
      'proc/self/cgroup': '0::/system.slice/worker.service\n',
      'sys/fs/cgroup/system.slice/worker.service/cpu.stat':
        'usage_usec 9000000\nnr_periods 50\nnr_throttled 7\nthrottled_usec 1500000\n',
      'sys/fs/cgroup/cpu.stat': 'throttled_usec 99000000\n',
    });
    expect(await readThrottling(root)).toEqual({ thermalEvents: 7, clock: 3000, quotaSeconds: 1.5 });
  });

  test.each([
    {
      where: 'version 1',
      files: {
        'proc/self/cgroup': '5:cpu,cpuacct:/docker/abc\n',
        'sys/fs/cgroup/cpu/docker/abc/cpu.stat': 'nr_periods 9\nnr_throttled 2\nthrottled_time 2500000000\n',
      },
    },
    {
      where: 'a container',
      files: { 'proc/self/cgroup': '0::/kubepods/x\n', 'sys/fs/cgroup/cpu.stat': 'throttled_usec 2500000\n' },
    },
  ])('by a control group of $where', async ({ files }) => {
    expect(await readThrottling(await system(files))).toEqual({
      thermalEvents: 0,
      clock: undefined,
      quotaSeconds: 2.5,
    });
  });

  test('is none where nothing can be read', async () => {
    expect(await readThrottling(await system({}))).toEqual({
      thermalEvents: 0,
      clock: undefined,
      quotaSeconds: 0,
    });
  });
});

describe('a measurement is disturbed', () => {
  test.each([
    { state: {}, by: [] },
    { state: { foreignShare: 0.4, idleShare: 0.5 }, by: [] },
    { state: { foreignShare: 0.4, idleShare: 0.01 }, by: ['other processes'] },
    { state: { idleShare: 0 }, by: [] },
    { state: { stealShare: 0.1 }, by: ['other virtual machines'] },
    { state: { quotaSeconds: 0.2 }, by: ['the quota of the control group'] },
    { state: { thermalEvents: 1, swappedBytes: 2 ** 24 }, by: ['heat', 'swapping'] },
  ])('with $state by $by', ({ state, by }) => {
    expect(disturbances({ ...quiet, ...state })).toEqual(by);
  });
});
