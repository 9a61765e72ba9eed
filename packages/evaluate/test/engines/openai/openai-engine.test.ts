import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import { PromptAnswers, type ArtifactRef, type Engine, type FidelityCheck } from '@quantloop/core';
import { runStage } from '@quantloop/jobs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleTask, ENGINES, FidelityItems, fidelityStage, performanceStage } from '../../../src/index.ts';
import type { TaskModel } from '../../../src/fidelity/tasks/task-model.ts';
import { ONNX_RUNTIME, openAiSpec, serveDemo } from './served-demo.ts';

let demo: Awaited<ReturnType<typeof serveDemo>>;
let served: TaskModel;
let root: string;
let store: Store;
let folder: ArtifactRef;

beforeAll(async () => {
  demo = await serveDemo();
  served = await ENGINES.openai.openForTasks({ folder: demo.folder, spec: openAiSpec({ url: demo.url }) });
  root = await mkdtemp(join(tmpdir(), 'quantloop-openai-store-'));
  store = await openStore({ root });
  folder = await store.putFolder(demo.folder);
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await store.close();
  await rm(root, { recursive: true });
  await demo.close();
});

test('every document scores over the wire as in this process', async () => {
  const checks: FidelityCheck[] = [];
  for (const name of ['demo_agreement', 'demo_recall', 'demo_stories', 'demo_arithmetic']) {
    checks.push({
      kind: 'task',
      name,
      bundle: (await bundleTask({ nameOrPath: name, store })).bundle,
      limit: 12,
    });
  }
  const itemsOn = async (engine: Engine) => {
    const { output } = await runStage(fidelityStage, { model: folder, checks, engine, seed: 0 }, { store });
    return FidelityItems.parse(await store.readJson(output.items)).checks;
  };
  const expected = await itemsOn(ONNX_RUNTIME);
  const results = await itemsOn(openAiSpec({ url: demo.url }));
  for (const [c, check] of results.entries()) {
    const reference = expected[c]!;
    if (check.kind !== 'task' || reference.kind !== 'task') throw new Error('not a task');
    expect(check.documents).toBe(12);
    expect(Object.keys(check.columns)).toEqual(Object.keys(reference.columns));
    for (const [name, values] of Object.entries(check.columns)) {
      values.forEach((value, i) => {
        const there = reference.columns[name]![i]!;
        expect(Math.abs(value - there), `${name} of document ${i}: ${there}`).toBeLessThan(1e-4);
      });
    }
    if (check.name === 'demo_arithmetic') expect(check.samples).toEqual(reference.samples);
  }
});

test('answers prompts over the wire as in this process, greedily and drawn with a seed', async () => {
  const lines = ['12+7=', 'Once upon a time'].map((prompt) => `${JSON.stringify({ prompt })}\n`).join('');
  const text = await store.putBytes(new TextEncoder().encode(lines), 'application/jsonl');
  const sampling = { temperature: 0.9, topK: 40, topP: 0.95, seed: 3 };
  const answersOn = async (engine: Engine) => {
    const checks: FidelityCheck[] = [{ kind: 'prompts', newTokens: 12, sampling, text }];
    const { output } = await runStage(fidelityStage, { model: folder, checks, engine, seed: 0 }, { store });
    return PromptAnswers.parse(await store.readJson(output.answers!)).answers;
  };
  expect(await answersOn(openAiSpec({ url: demo.url }))).toEqual(await answersOn(ONNX_RUNTIME));
});

test('a performance job measures over the wire', async () => {
  const scenarios = [
    { scenario: 'single-stream', name: 'single-stream', promptTokens: 8, newTokens: 6, requests: 3 } as const,
  ];
  const input = { model: folder, scenarios, engine: openAiSpec({ url: demo.url }), seed: 1 };
  const { metrics, provenance } = (await runStage(performanceStage, input, { store })).output;
  expect(metrics['single-stream.ttft.p50']!.value).toBeGreaterThan(0);
  expect(metrics['single-stream.tpot.p50']!.value).toBeGreaterThan(0);
  expect(provenance).toMatchObject({ engine: 'openai', server: demo.url });
});

test('equal sequences are one request, and a cancelled one is none', async () => {
  const tokens = served.tokenizer.encode('The cat sat.');
  const [first, second] = await served.score([
    { tokens, from: 1 },
    { tokens, from: 1 },
  ]);
  expect(first).toBe(second);
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(served.score([{ tokens, from: 1 }], { signal })).rejects.toThrow('enough');
});

test('gives no whole distributions', () => {
  expect(served.network).toBeUndefined();
});

test('times every token as it comes over the wire, of requests that overlap', async () => {
  const model = await ENGINES.openai.open({ folder: demo.folder, spec: openAiSpec({ url: demo.url }) });
  const prompt = Int32Array.from(served.tokenizer.encode('One day a girl'));
  const before = performance.now() / 1000;
  const generations = await Promise.all([24, 24].map((newTokens) => model.generate({ prompt, newTokens })));
  for (const { start, arrivals } of generations) {
    expect(arrivals).toHaveLength(24);
    expect([before, start, ...arrivals]).toEqual([before, start, ...arrivals].sort((a, b) => a - b));
    expect(new Set(arrivals).size).toBeGreaterThan(12);
  }
  expect(generations[1]!.start).toBeLessThan(generations[0]!.arrivals.at(-1)!);
  await model.release();
});

test.for([
  { spec: { model: 'another' }, message: '"another"; it has demo' },
  { spec: { apiKeyEnv: 'QUANTLOOP_NO_SUCH_KEY' }, message: 'QUANTLOOP_NO_SUCH_KEY' },
])('refuses $spec', async ({ spec, message }) => {
  const opened = ENGINES.openai.open({ folder: demo.folder, spec: openAiSpec({ url: demo.url, ...spec }) });
  await expect(opened).rejects.toMatchObject({
    code: 'invalid-spec',
    message: expect.stringContaining(message),
  });
});
