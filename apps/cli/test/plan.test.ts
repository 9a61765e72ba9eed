import { copyFile, mkdir, mkdtemp, open, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Prediction } from '@quantloop/core';
import { demoModelFolder } from '@quantloop/models';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { runCli } from './support/run-cli.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

const campaignOf = (source: string) => `campaign: planned
models:
  - { id: tiny, source: ${source} }
targets:
  - { id: this-cpu, engine: { kind: onnxruntime, provider: cpu, threads: 1 } }
evaluation:
  fidelity: [{ task: demo_stories, limit: 3 }]
  performance: [{ scenario: single-stream, promptTokens: 4, newTokens: 2, requests: 3 }]
requirements: { metric: model.bytes, maxRatio: 0.9 }
objective: { minimize: model.bytes }
search:
  recipes: [{ method: rtn, bits: 8, granularity: channel }]
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
  await writeFile(join(folder, 'campaign.yaml'), campaignOf('builtin:demo'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function plan(file = 'campaign.yaml'): Promise<Prediction> {
  const { code, stdout } = await runCli(['plan', file, '--json'], { cwd: folder });
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { prediction: Prediction }).prediction;
}

describe.skipIf(!present)(`the prediction of a campaign${reason}`, { timeout: 240_000 }, () => {
  it('knows no times before anything was run, and those of the run after it; sizes come true', async () => {
    const before = await plan();
    expect(before.trials).toEqual({ baselines: 1, grid: 1, atMost: 2 });
    expect(before.time).toMatchObject({ seconds: 0, complete: false });
    expect(before.time.jobs.map(({ each, from }) => [each, from])).toEqual(Array(4).fill([null, 0]));
    expect(before.memory).toMatchObject({ peak: before.memory!.weights + 300 * 2 ** 20, from: 0 });
    expect(await readdir(folder)).toEqual(['campaign.yaml']);
    const { stdout } = await runCli(['plan', 'campaign.yaml'], { cwd: folder });
    expect(stdout).toContain('Time: not known, no job on these models is in the store');

    const run = await runCli(['run', 'campaign.yaml', '--json'], { cwd: folder });
    expect(run.code).toBe(0);

    const after = await plan();
    expect(after.time.complete).toBe(true);
    expect(after.time.jobs.map(({ stage, jobs, from }) => [stage, jobs, from])).toEqual([
      ['importModel', 1, 1],
      ['quantizeModel', 1, 1],
      ['evaluateFidelity', 2, 2],
      ['evaluatePerformance', 2, 2],
    ]);
    expect(after.time.seconds).toBeGreaterThan(0);

    const { folder: place } = JSON.parse(run.stdout) as { folder: string };
    const { trials } = JSON.parse(await readFile(join(place, 'trials.json'), 'utf8')) as {
      trials: { label: string; metrics: Record<string, { value: number }> }[];
    };
    expect(after.memory).toMatchObject({
      peak: Math.max(...trials.map(({ metrics }) => metrics['memory.peak']!.value)),
      from: 2,
    });
    const [baseline, quantized] = trials.map(({ metrics }) => metrics['model.bytes']!.value);
    const [size] = after.disk.models;
    expect(size!.imported! / baseline!).toBeCloseTo(1, 1);
    expect(size!.quantized! / quantized!).toBeCloseTo(1, 1);
    expect(after.disk.stored).toBeGreaterThan(baseline! + quantized!);
  });
});

describe('a campaign that cannot fit', () => {
  it('is refused with exit code 2 before anything is begun', async () => {
    const model = join(folder, 'huge');
    await hugeModel(model);
    await writeFile(join(folder, 'huge.yaml'), campaignOf(model));
    const { disk, memory } = await plan('huge.yaml');
    expect(memory!.weights).toBeGreaterThan(memory!.available!);

    const before = await readdir(folder);
    const { code, stdout, stderr } = await runCli(['run', 'huge.yaml', '--dir', 'elsewhere'], {
      cwd: folder,
    });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('The memory is too small: the weights of tiny take 4 TiB');
    expect(stderr).toContain('choose a smaller model');
    expect(stderr.includes("The store's disk is too small")).toBe(disk.certain > disk.free! + disk.stored);
    expect(await readdir(folder)).toEqual(before);
  });
});

/** The demo model with an embedding and a head of 2 TiB each as float32: valid by its headers, all holes on disk. */
async function hugeModel(target: string): Promise<void> {
  const source = demoModelFolder();
  await mkdir(target);
  for (const name of await readdir(source)) {
    if (name !== 'model.safetensors' && name !== 'config.json')
      await copyFile(join(source, name), join(target, name));
  }
  const config = JSON.parse(await readFile(join(source, 'config.json'), 'utf8')) as { hidden_size: number };
  const vocabulary = 2 ** 39 / config.hidden_size;
  await writeFile(join(target, 'config.json'), JSON.stringify({ ...config, vocab_size: vocabulary }));

  const weights = await readFile(join(source, 'model.safetensors'));
  const length = Number(weights.readBigUInt64LE(0));
  const tensors = JSON.parse(weights.subarray(8, 8 + length).toString()) as Record<string, Tensor>;
  let end = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name === '__metadata__') continue;
    const [start, stop] = tensor.data_offsets;
    const tall = /embed_tokens|lm_head/.test(name);
    const bytes = tall ? ((stop - start) / tensor.shape[0]!) * vocabulary : stop - start;
    if (tall) tensor.shape[0] = vocabulary;
    tensor.data_offsets = [end, end + bytes];
    end += bytes;
  }
  const header = Buffer.from(JSON.stringify(tensors));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.length));
  const file = await open(join(target, 'model.safetensors'), 'w');
  await file.writev([prefix, header]);
  await file.truncate(8 + header.length + end);
  await file.close();
}

interface Tensor {
  shape: number[];
  data_offsets: [number, number];
}
