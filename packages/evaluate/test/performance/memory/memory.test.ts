import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { importModel } from '@quantloop/models';
import { modelBytes } from '@quantloop/onnx';
import { describe, expect, onTestFinished, test } from 'vitest';
import { graphMemory } from '../../../src/performance/memory/graph-memory.ts';
import { measureMemory } from '../../../src/performance/memory/measure-memory.ts';
import { memoryMetrics } from '../../../src/performance/memory/memory-metrics.ts';
import { peakResidentBytes } from '../../../src/performance/memory/peak-memory.ts';
import { randomLlama } from '../random-llama.ts';

const MIB = 2 ** 20;

async function folder(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'quantloop-memory-'));
  onTestFinished(() => rm(root, { recursive: true }));
  return root;
}

/** A process that holds so many MiB until it is killed. */
const holder = (mebibytes: number) =>
  `globalThis.held = new Uint8Array(${mebibytes} * 2 ** 20).fill(1); console.log('ready'); setInterval(() => {}, 1000);`;

test('the peak of memory rises with what is used and never falls again', async () => {
  const before = await peakResidentBytes();
  let block: Uint8Array | undefined = new Uint8Array(256 * MIB).fill(1);
  const during = await peakResidentBytes();
  expect(during).toBeGreaterThan(before + 64 * MIB);
  expect(block.at(-1)).toBe(1);
  block = undefined;
  await sleep(10);
  expect(await peakResidentBytes()).toBeGreaterThanOrEqual(during);
});

test.skipIf(process.platform !== 'linux')(
  'what an engine starts counts with it, also after it has ended',
  async () => {
    const alone = await measureMemory(async () => {});
    const { peak } = await measureMemory(async () => {
      const child = spawn(process.execPath, ['-e', holder(200)], { stdio: ['ignore', 'pipe', 'ignore'] });
      await once(child.stdout, 'data');
      await sleep(300);
      child.kill();
      await once(child, 'close');
    });
    expect(peak - alone.peak).toBeGreaterThan(200 * MIB);
  },
);

test('weights and cache are read from the graph', async () => {
  const source = await randomLlama({ hidden: 32, layers: 2 });
  const { folder: model } = await importModel({ source, folder: join(await folder(), 'model') });
  await rm(source, { recursive: true });
  const { weights, cachePerToken } = (await graphMemory(model))!;
  // Two layers of keys and values, 32 wide, in float32.
  expect(cachePerToken).toBe(2 * 2 * 32 * 4);
  const layer = 4 * 32 * 32 + 3 * 3 * 32 * 32 + 2 * 32;
  const parameters = 320 * 32 + 32 + 2 * layer;
  // Beside them there are the rotary tables: 256 positions × 4, twice.
  expect(weights).toBeGreaterThanOrEqual(4 * (parameters + 2 * 256 * 4));
  expect(weights).toBeLessThan(4 * (parameters + 2 * 256 * 4) + 1024);
});

test('a folder without an ONNX model has the bytes of its files, and no graph', async () => {
  const checkpoint = await folder();
  await mkdir(join(checkpoint, 'part'));
  await writeFile(join(checkpoint, 'config.json'), '{}');
  await writeFile(join(checkpoint, 'part', 'model.gguf'), new Uint8Array(1000));
  expect(await graphMemory(checkpoint)).toBeUndefined();
  expect(await modelBytes(checkpoint)).toBe(1002);
  const memory = { before: 1, peak: 2 };
  expect(Object.keys(await memoryMetrics({ memory, candidate: checkpoint, baseline: undefined }))).toEqual([
    'memory.peak',
  ]);
  expect(await memoryMetrics({ memory: undefined, candidate: checkpoint, baseline: undefined })).toEqual({});
});

describe('NVIDIA devices', () => {
  /** An `nvidia-smi` on the path that plays what was recorded, and reports on the process that started it. */
  async function recorded(rows: { devices: string[]; processes: string[] }): Promise<void> {
    const root = await folder();
    const file = join(root, 'nvidia-smi');
    const script = `#!${process.execPath}
const [query] = process.argv.slice(2);
if (!process.argv.some((each) => each.startsWith('--loop-ms'))) {
  console.log('index, name, memory.total [MiB], compute_cap, driver_version');
  console.log('0, NVIDIA H100 80GB HBM3, 81559 MiB, 9.0, 570.133.20');
} else {
  const rows = ${JSON.stringify(rows)}[query.startsWith('--query-gpu') ? 'devices' : 'processes'];
  for (const row of rows) console.log(row.replace('PID', process.ppid));
  setInterval(() => {}, 1000);
}
`;
    await writeFile(file, script);
    await chmod(file, 0o755);
    const { PATH } = process.env;
    process.env.PATH = [root, PATH].join(delimiter);
    onTestFinished(() => void (process.env.PATH = PATH));
  }

  test('are asked for what this process holds of them, and how busy they were', async () => {
    await recorded({
      devices: ['0, 512, 0', '0, 3072, 80', '0, 3072, 100', '0, 1024, [N/A]'],
      processes: ['PID, 900', '4242, 40000', 'PID, 2500', 'PID, 1800'],
    });
    const { gpu, peak } = await measureMemory(() => sleep(1000));
    expect(gpu).toEqual({ peak: 2500 * MIB, scope: 'process', utilisation: 0.6, samples: 4 });
    // Those who watch do not count: each is a process of 40 MiB and more.
    expect(peak).toBeLessThanOrEqual(await peakResidentBytes());
  });

  test('that do not know the process tell by how much more was in use', async () => {
    await recorded({ devices: ['0, 512, 0', '0, 3072, 50', '0, 1024, 25'], processes: ['4242, 40000'] });
    const { gpu } = await measureMemory(() => sleep(1000));
    expect(gpu).toEqual({ peak: (3072 - 512) * MIB, scope: 'device', utilisation: 0.25, samples: 3 });
  });

  test('without a driver give no numbers', async () => {
    const { PATH } = process.env;
    process.env.PATH = await folder();
    onTestFinished(() => void (process.env.PATH = PATH));
    expect((await measureMemory(async () => {})).gpu).toBeUndefined();
  });
});
