import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import { Scenario, scenarioMetrics, type ArtifactRef, type Comparison, type Engine } from '@quantloop/core';
import { ENGINES, hardwareFingerprint, performanceStage, PerformanceSamples } from '@quantloop/evaluate';
import { runStage } from '@quantloop/jobs';
import { importModel } from '@quantloop/models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OverlappingSamples, SequentialSamples } from '../../src/performance/performance-samples.ts';
import { randomLlama, type RandomLlama } from './random-llama.ts';

const engine: Engine = { kind: 'onnxruntime', provider: 'cpu', threads: 2 };
const scenarios = [
  Scenario.parse({ scenario: 'single-stream', promptTokens: 16, newTokens: 8, requests: 5 }),
  Scenario.parse({ scenario: 'offline', promptTokens: 16, newTokens: 8, batch: [1, 4], repetitions: 3 }),
];

let root: string;
let store: Store;
let small: ArtifactRef;
let large: ArtifactRef;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quantloop-performance-'));
  // A machine lease of its own: these jobs need not wait for those of other tests, since no time is asserted.
  process.env.TMPDIR = root;
  store = await openStore({ root: join(root, 'store') });
  small = await importRandom({ hidden: 32, layers: 1 });
  large = await importRandom({ hidden: 256, layers: 6 });
});

afterAll(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});

async function importRandom(size: RandomLlama): Promise<ArtifactRef> {
  const source = await randomLlama(size);
  const { folder } = await importModel({ source, folder: join(root, `model-${size.hidden}`) });
  await rm(source, { recursive: true });
  return store.putFolder(folder);
}

async function fileBytes(model: ArtifactRef): Promise<{ graph: number; weights: number }> {
  const folder = await store.folder(model);
  const size = async (name: string) => (await stat(join(folder, name))).size;
  return { graph: await size('model.onnx'), weights: await size('model.onnx_data') };
}

describe('a performance job on ONNX Runtime', () => {
  test('of a model against itself measures everything, finds no difference in size and none beyond noise in speed', async () => {
    const input = { model: small, baseline: small, scenarios, engine, seed: 1 };
    const { output, execution } = await runStage(performanceStage, input, { store });
    const { metrics } = output;
    expect(execution).toMatchObject({ cached: false, resumedBlocks: 0 });
    for (const { name } of scenarios.flatMap(scenarioMetrics)) {
      const { value, low, high, versusBaseline } = metrics[name]!;
      expect(value, name).toBeGreaterThan(0);
      expect(low, name).toBeLessThanOrEqual(value);
      expect(high, name).toBeGreaterThanOrEqual(value);
      expect(versusBaseline!.pairs, name).toBeGreaterThanOrEqual(3);
    }
    // Where other work shares the cores, equal models come out up to twice apart; nothing makes them three.
    const { ratio } = metrics['single-stream.tpot.p50']!.versusBaseline!;
    expect(ratio.low).toBeLessThan(3);
    expect(ratio.high).toBeGreaterThan(1 / 3);
    const exactly = (value: number) => ({ value, low: value, high: value });
    const same: Comparison = { difference: exactly(0), ratio: exactly(1), pairs: 0, test: 'exact' };
    expect(metrics['model.bytes']!.versusBaseline).toEqual(same);
    expect(metrics['memory.peak']!.versusBaseline).toBeUndefined();
  });

  test('of a larger model against a smaller one tells size exactly, speed in its direction, and memory', async () => {
    const input = { model: large, baseline: small, scenarios: [scenarios[1]!], engine, seed: 1 };
    const { output } = await runStage(performanceStage, input, { store });
    const { metrics, provenance } = output;
    const [ours, theirs] = [await fileBytes(large), await fileBytes(small)];
    expect(metrics['model.bytes']).toMatchObject({
      value: ours.graph + ours.weights,
      unit: 'B',
      higherIsBetter: false,
      versusBaseline: { difference: { value: ours.graph + ours.weights - theirs.graph - theirs.weights } },
    });
    // A hundred times the work.
    expect(metrics['offline.tokens_per_second']!.versusBaseline!.ratio.value).toBeLessThan(0.8);
    expect(metrics['memory.peak']!.value).toBeGreaterThan(ours.weights);
    const hardware = await hardwareFingerprint();
    expect(provenance).toMatchObject({
      engine: `onnxruntime ${hardware.onnxruntime.version}`,
      provider: 'cpu',
      threads: 2,
      hardware: hardware.digest,
      seed: 1,
      disturbed: expect.any(Boolean),
    });

    const samples = PerformanceSamples.parse(await store.readJson(output.samples));
    expect(samples.loads.map(({ load }) => load.name)).toEqual(['offline.batch1', 'offline.batch4']);
    for (const { requests, load } of samples.loads as SequentialSamples[]) {
      expect(
        requests.every(({ itl }) => itl.length === load.newTokens - 1 && itl.every((gap) => gap > 0)),
      ).toBe(true);
    }
    // 256 · 256 · 6 · 13 weights of 4 bytes have to be there once the model has been loaded and has run.
    expect(samples.memory.peak - samples.memory.before).toBeGreaterThan(ours.weights / 2);
  });

  test('of a server measures overlapping requests, and its times add up', async () => {
    const scenario = Scenario.parse({
      scenario: 'server',
      promptTokens: { uniform: { min: 4, max: 40 } },
      newTokens: { lognormal: { mean: 8, std: 4, max: 24 } },
      load: { concurrency: [1, 4] },
      requests: 12,
      slo: { e2e: '10 s' },
    });
    const input = { model: small, baseline: small, scenarios: [scenario], engine, seed: 1 };
    const { output } = await runStage(performanceStage, input, { store });
    for (const { name, higherIsBetter } of scenarioMetrics(scenario)) {
      expect(output.metrics[name], name).toMatchObject({ higherIsBetter });
      expect(output.metrics[name]!.value, name).toBeGreaterThan(0);
    }
    const samples = PerformanceSamples.parse(await store.readJson(output.samples));
    const rounds = (samples.loads as OverlappingSamples[]).flatMap((load) => load.rounds);
    for (const { requests, seconds } of rounds) {
      expect(requests).toHaveLength(12);
      for (const request of requests) {
        expect(request.ttft).toBeLessThanOrEqual(request.seconds);
        const gaps = request.itl.reduce((sum, gap) => sum + gap, 0);
        expect(request.ttft + gaps).toBeCloseTo(request.seconds, 6);
        expect(request.due + request.seconds).toBeLessThanOrEqual(seconds + 1e-9);
      }
    }
    const { tokens_per_second, total_tokens_per_second } = Object.fromEntries(
      ['tokens_per_second', 'total_tokens_per_second'].map((rate) => [
        rate,
        output.metrics[`server.concurrency4.${rate}`]!.value,
      ]),
    ) as Record<string, number>;
    expect(total_tokens_per_second).toBeGreaterThan(tokens_per_second!);
  });

  test('asked for again is answered from the store, and measured anew for another seed', async () => {
    const input = { model: small, scenarios: [scenarios[0]!], engine, seed: 5 };
    const first = await runStage(performanceStage, input, { store });
    const again = await runStage(performanceStage, input, { store });
    expect([first.execution.cached, again.execution.cached]).toEqual([false, true]);
    expect(again.output).toEqual(first.output);
    const other = await runStage(performanceStage, { ...input, seed: 6 }, { store });
    expect(other.execution.cached).toBe(false);
  });

  test('that was cut off goes on with the loads that were not finished', async () => {
    const long = Scenario.parse({
      scenario: 'offline',
      name: 'long',
      promptTokens: 64,
      newTokens: 32,
      batch: 4,
      repetitions: 60,
    });
    const input = { model: small, scenarios: [scenarios[0]!, long], engine, seed: 1 };
    const cut = new AbortController();
    const cutOff = runStage(performanceStage, input, {
      store,
      signal: cut.signal,
      onProgress: ({ note }) => {
        if (note === 'long.batch4') cut.abort(new Error('cut off'));
      },
    });
    await expect(cutOff).rejects.toThrow('cut off');
    const { execution, output } = await runStage(performanceStage, input, { store });
    expect(execution).toMatchObject({ cached: false, resumedBlocks: 2 });
    expect(output.metrics['single-stream.tpot.p50']).toBeDefined();
    expect(output.metrics['long.tokens_per_second']!.n).toBeGreaterThanOrEqual(60);
  });

  test('on a provider that is not there fails as unsupported', async () => {
    const input = { model: small, scenarios, engine: { ...engine, provider: 'dml' as const }, seed: 1 };
    await expect(runStage(performanceStage, input, { store })).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('the engine onnxruntime', () => {
  test('gives every prompt exactly the tokens asked for, in the order of time', async () => {
    const model = await ENGINES.onnxruntime.open({ folder: await store.folder(small), spec: engine });
    const prompts = [Int32Array.of(5, 6, 7), Int32Array.of(8, 9, 10)];
    const generations = await Promise.all(prompts.map((prompt) => model.generate({ prompt, newTokens: 12 })));
    await model.release();
    for (const { start, arrivals } of generations) {
      expect(arrivals).toHaveLength(12);
      expect([start, ...arrivals]).toEqual([start, ...arrivals].sort((a, b) => a - b));
    }
    const [first, second] = generations;
    expect(first!.arrivals[0]).toBeLessThan(second!.arrivals.at(-1)!);
    expect(second!.arrivals[0]).toBeLessThan(first!.arrivals.at(-1)!);
  });

  test('names itself as it stands in provenance', async () => {
    expect(
      await ENGINES.onnxruntime.provenance({ kind: 'onnxruntime', provider: 'cpu', threads: 2 }),
    ).toEqual({
      engine: expect.stringMatching(/^onnxruntime \d+\.\d+\.\d+/),
      provider: 'cpu',
      threads: 2,
    });
  });
});

test('the identity of a result includes the hardware it was measured on', async () => {
  const input = { model: small, scenarios, engine, seed: 1 };
  expect(await performanceStage.keyParts!(input, { store })).toEqual({
    hardware: (await hardwareFingerprint()).digest,
    onnxruntime: expect.stringMatching(/^\d+\.\d+/),
  });
});
