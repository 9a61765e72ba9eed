import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import { recoveryOf, type ArtifactRef, type Engine, type FidelityCheck } from '@quantloop/core';
import { runStage } from '@quantloop/jobs';
import { demoTasksFolder, importModel } from '@quantloop/models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleTask, type EvaluateFidelityOutput, FidelityItems, fidelityStage } from '../../src/index.ts';
import { roundWeights } from '../support/round-weights.ts';

const engine: Engine = { kind: 'onnxruntime', provider: 'cpu', threads: 2 };

let root: string;
let store: Store;
let model: ArtifactRef;
let damaged: ArtifactRef;
let checks: FidelityCheck[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quantloop-fidelity-'));
  store = await openStore({ root: join(root, 'store') });
  const { folder } = await importModel({ source: 'builtin:demo', folder: join(root, 'model') });
  const copy = join(root, 'damaged');
  await cp(folder, copy, { recursive: true });
  await roundWeights(copy, 12);
  model = await store.putFolder(folder);
  damaged = await store.putFolder(copy);
  const task = async (name: string, limit: number): Promise<FidelityCheck> => {
    const { bundle } = await bundleTask({ nameOrPath: name, store });
    return { kind: 'task', name, bundle, limit };
  };
  const text = await store.putFile(join(demoTasksFolder(), 'data/stories.jsonl'), 'application/jsonl');
  checks = [
    await task('demo_arithmetic', 64),
    await task('demo_agreement', 32),
    await task('demo_stories', 8),
    { kind: 'divergence', tokens: 1000, text },
  ];
});

afterAll(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});

const itemsOf = async (ref: ArtifactRef) => FidelityItems.parse(await store.readJson(ref));

describe('a fidelity job on the demo model', () => {
  let baseline: EvaluateFidelityOutput;

  beforeAll(async () => {
    baseline = (await runStage(fidelityStage, { model, checks, engine, seed: 0 }, { store })).output;
  });

  test('of the baseline measures every task with an interval; its divergence from itself is zero by definition', async () => {
    expect(Object.keys(baseline.metrics).sort()).toEqual([
      'demo_agreement.acc',
      'demo_arithmetic.exact_match',
      'demo_stories.bits_per_byte',
      'demo_stories.byte_perplexity',
      'demo_stories.word_perplexity',
      'kl-divergence.mean',
      'kl-divergence.median',
      'kl-divergence.p99',
      'kl-divergence.probability_shift',
      'kl-divergence.probability_shift_rms',
      'kl-divergence.top1_agreement',
      'recovery.language',
      'recovery.mathematics',
      'recovery.mean',
      'recovery.worst',
    ]);
    for (const [name, { value, low, high, versusBaseline }] of Object.entries(baseline.metrics)) {
      expect(versusBaseline, name).toBeUndefined();
      expect(low, name).toBeLessThanOrEqual(value);
      expect(high, name).toBeGreaterThanOrEqual(value);
    }
    expect(baseline.metrics['demo_arithmetic.exact_match']).toMatchObject({
      n: 64,
      convention: 'lm-eval',
      unit: 'fraction',
    });
    expect(baseline.metrics['kl-divergence.mean']).toMatchObject({ value: 0, n: 0 });
    expect(baseline.provenance).toMatchObject({ 'engine.threads': 2, 'task.demo_agreement.documents': 32 });
  });

  test('keeps what each document gave, and the texts of the first twenty', async () => {
    const { checks: kept } = await itemsOf(baseline.items);
    const arithmetic = kept[0]!;
    if (arithmetic.kind !== 'task') throw new Error('the first check is a task');
    const column = arithmetic.columns['exact_match,final']!;
    expect(column.length).toBe(64);
    const mean = column.reduce((sum, value) => sum + value, 0) / 64;
    expect(baseline.metrics['demo_arithmetic.exact_match']!.value).toBeCloseTo(mean, 12);
    expect(arithmetic.samples.length).toBe(20);
    expect(arithmetic.samples[0]!.prompt).toMatch(/^\d+[+-]\d+=$/);
    expect(arithmetic.samples[0]!.responses[0]).toMatch(/so \d+/);
  });

  test('of a damaged copy finds it worse, document by document', async () => {
    const input = { model: damaged, checks, engine, seed: 0, baseline: { items: baseline.items } };
    const { output } = await runStage(fidelityStage, input, { store });
    const { metrics } = output;
    for (const name of [
      'demo_arithmetic.exact_match',
      'demo_agreement.acc',
      'demo_stories.word_perplexity',
    ]) {
      const { value, versusBaseline } = metrics[name]!;
      const theirs = baseline.metrics[name]!;
      expect(versusBaseline!.pairs).toBe(theirs.n);
      expect(versusBaseline!.difference.value).toBeCloseTo(value - theirs.value, 9);
      expect(versusBaseline!.ratio.value).toBeCloseTo(value / theirs.value, 9);
    }
    expect(metrics['demo_stories.word_perplexity']!.versusBaseline!.ratio.low).toBeGreaterThan(1);
    // The first metric of each of the three tasks is tested, and adjusted for there being three.
    const tested = Object.entries(metrics).filter(
      ([, one]) => one.versusBaseline?.adjustedPValue !== undefined,
    );
    expect(tested.length).toBe(3);
    for (const [name, { versusBaseline: { pValue, adjustedPValue } = {} }] of tested) {
      expect(adjustedPValue, name).toBeGreaterThanOrEqual(pValue!);
    }
    const kept = tested.map(([, one]) => recoveryOf(one, one.versusBaseline!).value);
    expect(metrics['recovery.mean']!.value).toBeCloseTo((kept[0]! + kept[1]! + kept[2]!) / 3, 9);
    expect(metrics['recovery.worst']!.value).toBe(Math.min(...kept));
    const { mean, median, p99, top1_agreement } = Object.fromEntries(
      Object.entries(metrics)
        .filter(([name]) => name.startsWith('kl-divergence.'))
        .map(([name, metric]) => [name.slice('kl-divergence.'.length), metric]),
    );
    expect(mean!.n).toBe(1000);
    expect(mean!.low).toBeGreaterThan(0);
    expect(median!.value).toBeLessThan(p99!.value);
    expect(top1_agreement!.value).toBeLessThan(1);
    expect(top1_agreement!.value).toBeGreaterThan(0.3);
  });

  test('of a copy too far from the baseline ends after the divergence, which is measured first, and says why', async () => {
    const stopWhen = { metric: 'kl-divergence.mean', above: 0.05 };
    const input = { model: damaged, checks, engine, seed: 0, baseline: { items: baseline.items }, stopWhen };
    const steps: (string | undefined)[] = [];
    const onProgress = ({ note }: { note?: string }) => void steps.push(note);
    const { output } = await runStage(fidelityStage, input, { store, onProgress });
    expect(Object.keys(output.metrics).every((name) => name.startsWith('kl-divergence.'))).toBe(true);
    expect(new Set(steps)).toEqual(new Set(['kl-divergence']));
    expect(output.stopped).toMatch(/^kl-divergence.mean is 0\.\d+ nats .* above 0.05 nats/);
    const lenient = { ...input, stopWhen: { ...stopWhen, above: 5 } };
    const whole = (await runStage(fidelityStage, lenient, { store })).output;
    expect(whole.stopped).toBeUndefined();
    expect(Object.keys(whole.metrics).sort()).toEqual(Object.keys(baseline.metrics).sort());
  });

  test('of the baseline itself as candidate finds no difference at all', async () => {
    const input = { model, checks, engine, seed: 0, baseline: { items: baseline.items } };
    const { output } = await runStage(fidelityStage, input, { store });
    for (const [name, { value, versusBaseline }] of Object.entries(output.metrics)) {
      if (name.startsWith('kl-divergence.'))
        expect(value, name).toBeCloseTo(name.endsWith('agreement') ? 1 : 0, 6);
      else if (name.startsWith('recovery.')) expect(value, name).toBe(1);
      else expect(versusBaseline!.difference.value, name).toBe(0);
    }
  });

  test('interrupted in the middle goes on from its checkpoint and ends the same', async () => {
    const other = await openStore({ root: join(root, 'interrupted') });
    try {
      for (const name of ['model', 'damaged']) await other.putFolder(join(root, name));
      for (const check of checks) {
        if (check.kind === 'task') await other.putFolder(await store.folder(check.bundle));
      }
      const tasks = checks.filter(({ kind }) => kind === 'task');
      const input = { model, checks: tasks, engine, seed: 0 };
      const abort = new AbortController();
      const interrupted = runStage(fidelityStage, input, {
        store: other,
        signal: abort.signal,
        onProgress: ({ done }) => done >= 32 && abort.abort(new Error('pulled the plug')),
      });
      await expect(interrupted).rejects.toThrow('pulled the plug');
      const { output, execution } = await runStage(fidelityStage, input, { store: other });
      expect(execution.resumedBlocks).toBeGreaterThan(0);
      const undisturbed = await runStage(fidelityStage, input, { store });
      expect(undisturbed.execution.resumedBlocks).toBe(0);
      expect(output).toEqual(undisturbed.output);
    } finally {
      await other.close();
    }
  });

  test('against a baseline of other documents is refused', async () => {
    const [first] = checks;
    const fewer = [{ ...first!, limit: 10 } as FidelityCheck];
    const input = { model, checks: fewer, engine, seed: 0, baseline: { items: baseline.items } };
    await expect(runStage(fidelityStage, input, { store })).rejects.toMatchObject({
      code: 'invalid-spec',
      message: "demo_arithmetic: the baseline was measured on 64 documents, the candidate's task has 10",
    });
  });
});
