import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import type { ArtifactRef, FidelityCheck, OnnxRuntimeEngine } from '@quantloop/core';
import { runStage } from '@quantloop/jobs';
import { demoTasksFolder, importModel, loadTokenizer } from '@quantloop/models';
import { forwardLogits, openSession } from '@quantloop/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EvaluateFidelityOutput, fidelityStage, quantile } from '../../../src/index.ts';
import { roundWeights } from '../../support/round-weights.ts';

const engine: OnnxRuntimeEngine = { kind: 'onnxruntime', provider: 'cpu', threads: 2 };
const TOKENS = 3000;
const WINDOW = 256;

let root: string;
let store: Store;
let model: ArtifactRef;
let damaged: ArtifactRef;
let text: ArtifactRef;
let checks: FidelityCheck[];
let baseline: EvaluateFidelityOutput;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quantloop-divergence-'));
  store = await openStore({ root: join(root, 'store') });
  const { folder } = await importModel({ source: 'builtin:demo', folder: join(root, 'model') });
  await cp(folder, join(root, 'damaged'), { recursive: true });
  await roundWeights(join(root, 'damaged'), 64);
  model = await store.putFolder(folder);
  damaged = await store.putFolder(join(root, 'damaged'));
  text = await store.putFile(join(demoTasksFolder(), 'data/stories.jsonl'), 'application/jsonl');
  checks = [{ kind: 'divergence', tokens: TOKENS, text }];
  baseline = (await runStage(fidelityStage, { model, checks, engine, seed: 0 }, { store })).output;
});

afterAll(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});

/** Both models' log-probabilities over the same windows, by the book: one row at a time in float64. */
async function byTheBook(): Promise<Record<string, number>> {
  const tokenizer = await loadTokenizer(join(root, 'model'));
  const lines = (await readFile(join(demoTasksFolder(), 'data/stories.jsonl'), 'utf8')).trim().split('\n');
  const windows: number[][] = [];
  let left = TOKENS;
  for (const line of lines) {
    const ids = tokenizer.encode((JSON.parse(line) as { text: string }).text);
    for (let at = 0; at < ids.length && left > 0; at += WINDOW) {
      windows.push(ids.slice(at, at + Math.min(WINDOW, left)));
      left -= windows.at(-1)!.length;
    }
  }
  const [ours, theirs] = await Promise.all([logsOf('damaged', windows), logsOf('model', windows)]);
  const divergences: number[] = [];
  const shifts: number[] = [];
  let agreed = 0;
  windows.forEach((window, w) => {
    window.forEach((_, i) => {
      const [p, q] = [theirs[w]![i]!, ours[w]![i]!];
      divergences.push(p.reduce((sum, logp, t) => sum + Math.exp(logp) * (logp - q[t]!), 0));
      if (p.indexOf(Math.max(...p)) === q.indexOf(Math.max(...q))) agreed += 1;
      const next = window[i + 1];
      if (next !== undefined) shifts.push(Math.exp(q[next]!) - Math.exp(p[next]!));
    });
  });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean: mean(divergences),
    median: quantile(divergences, 0.5),
    p99: quantile(divergences, 0.99),
    top1_agreement: agreed / divergences.length,
    probability_shift: mean(shifts),
    probability_shift_rms: Math.sqrt(mean(shifts.map((shift) => shift * shift))),
  };
}

async function logsOf(folder: string, windows: number[][]): Promise<Float64Array[][]> {
  await using session = await openSession({ folder: join(root, folder), engine });
  const all: Float64Array[][] = [];
  for (const window of windows) {
    const { logits } = await forwardLogits({ session, rows: [window] });
    const vocabulary = session.shape.vocabularySize;
    all.push(
      window.map((_, i) => {
        const row = Float64Array.from(
          (logits.data as Float32Array).subarray(i * vocabulary, (i + 1) * vocabulary),
        );
        const most = Math.max(...row);
        const total = most + Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0));
        return row.map((value) => value - total);
      }),
    );
  }
  return all;
}

test('recorded once and compared: within 1e-4 of what both models side by side give by the book', async () => {
  const input = { model: damaged, checks, engine, seed: 0, baseline: { items: baseline.items } };
  const { metrics } = (await runStage(fidelityStage, input, { store })).output;
  const expected = await byTheBook();
  for (const [name, value] of Object.entries(expected)) {
    const measured = metrics[`kl-divergence.${name}`]!;
    expect(Math.abs(measured.value / value - 1), name).toBeLessThan(1e-4);
    expect(measured.low, name).toBeLessThan(measured.value);
    expect(measured.high, name).toBeGreaterThan(measured.value);
  }
  expect(metrics['kl-divergence.mean']!.n).toBe(TOKENS);
});

test('two bytes a token of the vocabulary, and some for the likeliest', () => {
  const { size } = baseline.distributions!;
  const vocabulary = 1024;
  expect(size / TOKENS).toBeGreaterThan(2 * vocabulary);
  expect(size / TOKENS).toBeLessThan(2 * vocabulary + 300);
});

test('a candidate needs what was recorded, and the baseline itself no more', async () => {
  const other = await openStore({ root: join(root, 'other') });
  try {
    await other.putFolder(join(root, 'damaged'));
    await other.putFolder(await store.folder(baseline.distributions!));
    await other.putJson(await store.readJson(baseline.items));
    await other.putFile(join(demoTasksFolder(), 'data/stories.jsonl'), 'application/jsonl');
    const input = { model: damaged, checks, engine, seed: 0, baseline: { items: baseline.items } };
    const there = await runStage(fidelityStage, input, { store: other });
    const here = await runStage(fidelityStage, input, { store });
    expect(there.output.metrics).toEqual(here.output.metrics);
  } finally {
    await other.close();
  }
});

test('a recording that is interrupted goes on from its checkpoint and ends the same', async () => {
  const other = await openStore({ root: join(root, 'interrupted') });
  try {
    await other.putFolder(join(root, 'model'));
    await other.putFile(join(demoTasksFolder(), 'data/stories.jsonl'), 'application/jsonl');
    const input = { model, checks, engine, seed: 0 };
    const abort = new AbortController();
    const interrupted = runStage(fidelityStage, input, {
      store: other,
      signal: abort.signal,
      onProgress: ({ done }) => done >= 8 && abort.abort(new Error('pulled the plug')),
    });
    await expect(interrupted).rejects.toThrow('pulled the plug');
    const { output, execution } = await runStage(fidelityStage, input, { store: other });
    expect(execution.resumedBlocks).toBeGreaterThan(0);
    expect(output.distributions).toEqual(baseline.distributions);
  } finally {
    await other.close();
  }
});

test('what was recorded of another text is refused', async () => {
  const shorter: FidelityCheck[] = [{ kind: 'divergence', tokens: 500, text }];
  const input = { model: damaged, checks: shorter, engine, seed: 0, baseline: { items: baseline.items } };
  await expect(runStage(fidelityStage, input, { store })).rejects.toMatchObject({
    code: 'invalid-spec',
    message: 'the candidate reads the divergence text as other tokens than the baseline did',
  });
});
