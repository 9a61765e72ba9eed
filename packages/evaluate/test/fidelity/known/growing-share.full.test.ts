import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import type { ArtifactRef, Engine, FidelityCheck, Metrics } from '@quantloop/core';
import { runStage, stageKey } from '@quantloop/jobs';
import { demoTasksFolder, importModel } from '@quantloop/models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bundleTask,
  FidelityItems,
  fidelityStage,
  type EvaluateFidelityInput,
  type EvaluateFidelityOutput,
} from '../../../src/index.ts';
import { roundWeights } from '../../support/round-weights.ts';
import { lines } from '../../support/task-folder.ts';

const engine: Engine = { kind: 'onnxruntime', provider: 'cpu', threads: 2 };

let root: string;
let store: Store;
let model: ArtifactRef;
let damaged: ArtifactRef;
let checks: FidelityCheck[];
let baseline: EvaluateFidelityOutput;

const rows = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ q: `${i}+${i % 7}=`, choices: [`${i}`, `${i + 1}`], gold: i % 2 }));

const shared = { dataset_path: 'json', test_split: 'test', doc_to_text: '{{q}}' };
const choices = {
  ...shared,
  output_type: 'multiple_choice',
  doc_to_choice: 'choices',
  doc_to_target: 'gold',
  metric_list: [{ metric: 'acc' }, { metric: 'acc_norm' }],
  num_fewshot: 2,
};

/** A group of two sizes with few-shot prompts, its mean by size; and answers drawn at random, scored as a corpus. */
const FILES = {
  'many.jsonl': lines(rows(130)),
  'few.jsonl': lines(rows(60)),
  'many.yaml': { ...choices, task: 'many', dataset_kwargs: { data_files: { test: 'many.jsonl' } } },
  'few.yaml': { ...choices, task: 'few', dataset_kwargs: { data_files: { test: 'few.jsonl' } } },
  'both.yaml': {
    group: 'both',
    task: ['many', 'few'],
    aggregate_metric_list: [{ metric: 'acc', weight_by_size: true }],
  },
  'drawn.yaml': {
    ...shared,
    task: 'drawn',
    dataset_kwargs: { data_files: { test: 'many.jsonl' } },
    doc_to_target: 'so {{q}}{{gold}}',
    generation_kwargs: { until: ['.'], max_gen_toks: 6, do_sample: true, temperature: 0.9 },
    repeats: 2,
    metric_list: [{ metric: 'bleu' }, { metric: 'exact_match' }],
  },
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quantloop-looks-'));
  store = await openStore({ root: join(root, 'store') });
  const { folder } = await importModel({ source: 'builtin:demo', folder: join(root, 'model') });
  const copy = join(root, 'damaged');
  await cp(folder, copy, { recursive: true });
  await roundWeights(copy, 12);
  model = await store.putFolder(folder);
  damaged = await store.putFolder(copy);
  const tasks = join(root, 'tasks');
  await mkdir(tasks);
  for (const [name, content] of Object.entries(FILES)) {
    await writeFile(join(tasks, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const task = async (nameOrPath: string, limit: number | null = null): Promise<FidelityCheck> => {
    const { name, bundle } = await bundleTask({ nameOrPath, store });
    return { kind: 'task', name, bundle, limit };
  };
  const text = await store.putFile(join(demoTasksFolder(), 'data/stories.jsonl'), 'application/jsonl');
  const prompts = ['12+7=', 'Once upon a time'].map((prompt) => ({ prompt }));
  checks = [
    await task(join(tasks, 'both.yaml')),
    await task(join(tasks, 'drawn.yaml')),
    await task('demo_stories', 60),
    { kind: 'divergence', tokens: 600, text },
    { kind: 'perplexity', convention: 'llama.cpp', context: 256, text },
    {
      kind: 'prompts',
      newTokens: 8,
      text: await store.putBytes(new TextEncoder().encode(lines(prompts)), 'application/jsonl'),
    },
  ];
  baseline = (await runStage(fidelityStage, { model, checks, engine, seed: 0 }, { store })).output;
}, 60_000);
afterAll(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});

const look = async (share: number, more: Partial<EvaluateFidelityInput> = {}, at: Store = store) => {
  const against = { items: baseline.items };
  const input = { model: damaged, checks, engine, seed: 0, baseline: against, share, ...more };
  return (await runStage(fidelityStage, input, { store: at })).output;
};

/** A store that has the models and the tasks, and no result. */
async function freshStore(name: string): Promise<Store> {
  const fresh = await openStore({ root: join(root, name) });
  await cp(join(root, 'store', 'blobs'), join(root, name, 'blobs'), { recursive: true });
  return fresh;
}

/** Every number of the metrics, by its path. */
function numbersOf(metrics: Metrics): Map<string, number> {
  const numbers = new Map<string, number>();
  const walk = (value: unknown, path: string) => {
    if (typeof value === 'number') numbers.set(path, value);
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(inner, `${path}/${key}`);
  };
  walk(metrics, '');
  return numbers;
}

function expectClose(metrics: Metrics, expected: Metrics): void {
  const [here, there] = [numbersOf(metrics), numbersOf(expected)];
  expect([...here.keys()].sort()).toEqual([...there.keys()].sort());
  for (const [path, value] of here) {
    const limit = 1e-6 * Math.max(1, Math.abs(there.get(path)!));
    expect(Math.abs(value - there.get(path)!), path).toBeLessThanOrEqual(limit);
  }
}

describe('a candidate looked at on a growing share', () => {
  let looks: EvaluateFidelityOutput[];
  beforeAll(async () => {
    looks = [await look(1 / 4)];
    for (const share of [1 / 2, 1]) looks.push(await look(share, { known: looks.at(-1)!.items }));
  }, 60_000);

  test('has the numbers of one that is measured at once, and no document is measured twice', async () => {
    const fresh = await freshStore('fresh');
    try {
      for (const [i, share] of [1 / 4, 1 / 2, 1].entries()) {
        const once = await look(share, {}, fresh);
        expect(once.provenance['documents.taken_over']).toBe(0);
        expectClose(looks[i]!.metrics, once.metrics);
      }
    } finally {
      await fresh.close();
    }
    const measured = looks.map(({ provenance }) => provenance['documents.measured'] as number);
    const takenOver = looks.map(({ provenance }) => provenance['documents.taken_over'] as number);
    // 50 of each task at first; then half of the 130 and whole those of 60; the rest is there from the first.
    expect(measured.slice(1)).toEqual([15 + 15, 65 + 10 + 65 + 10]);
    expect(takenOver[0]).toBe(0);
    expect(takenOver[1]).toBe(measured[0]);
    expect(takenOver[2]).toBe(measured[0]! + measured[1]!);
  }, 60_000);

  test('is paired with the first documents of the baseline', async () => {
    const [first, second, last] = looks;
    const pairs = ({ metrics }: EvaluateFidelityOutput, name: string) => metrics[name]!.versusBaseline!.pairs;
    expect([first!, second!, last!].map((one) => pairs(one, 'many.acc'))).toEqual([50, 65, 130]);
    expect([first!, second!, last!].map((one) => pairs(one, 'drawn.bleu'))).toEqual([50, 65, 130]);
    expect(pairs(first!, 'demo_stories.word_perplexity')).toBe(50);
    const { checks: theirs } = FidelityItems.parse(await store.readJson(baseline.items));
    const many = theirs.find((check) => check.kind === 'task' && check.name === 'many');
    if (many?.kind !== 'task') throw new Error('the baseline was asked it');
    const { value, versusBaseline } = first!.metrics['many.acc']!;
    const right = many.columns.acc!.slice(0, 50).reduce((sum, one) => sum + one, 0) / 50;
    expect(versusBaseline!.difference.value).toBeCloseTo(value - right, 12);
  });

  test('has a mean of its group in which tasks weigh by all their documents, not by those seen', () => {
    for (const { metrics } of looks) {
      const [many, few, both] = ['many.acc', 'few.acc', 'both.acc'].map((name) => metrics[name]!.value);
      expect(both).toBeCloseTo((130 * many! + 60 * few!) / 190, 12);
    }
  });

  test('is the same job with and without what is known', async () => {
    const input = { model: damaged, checks, engine, seed: 0, baseline: { items: baseline.items } };
    const key = await stageKey(fidelityStage, { ...input, share: 1 / 2 }, store);
    expect(await stageKey(fidelityStage, { ...input, share: 1 / 2, known: looks[0]!.items }, store)).toBe(
      key,
    );
    expect(await stageKey(fidelityStage, { ...input, share: 1 / 4 }, store)).not.toBe(key);
    expect(await stageKey(fidelityStage, { ...input, share: 1 }, store)).toBe(
      await stageKey(fidelityStage, input, store),
    );
  });

  test('goes on after an interruption, whatever is known then', async () => {
    const fresh = await freshStore('interrupted');
    try {
      const abort = new AbortController();
      const input = { model: damaged, checks: checks.slice(0, 1), engine, seed: 0, share: 1 };
      const pulled = runStage(
        fidelityStage,
        { ...input, known: looks[0]!.items },
        {
          store: fresh,
          signal: abort.signal,
          onProgress: ({ done }) => done >= 40 && abort.abort(new Error('pulled the plug')),
        },
      );
      await expect(pulled).rejects.toThrow('pulled the plug');
      const { output, execution } = await runStage(fidelityStage, input, { store: fresh });
      expect(execution.resumedBlocks).toBeGreaterThan(0);
      const name = 'many.acc_norm';
      expect(output.metrics[name]!.value).toBe(looks[2]!.metrics[name]!.value);
    } finally {
      await fresh.close();
    }
  });

  test.for([
    ['of another model', (input) => ({ ...input, model })],
    ['of another seed', (input) => ({ ...input, seed: 1 })],
    ['of another engine', (input) => ({ ...input, engine: { ...engine, threads: 1 } })],
    ['cannot be read', () => store.putJson({ schemaVersion: 2, checks: [] })],
    ['cannot be read', () => ({ ...looks[0]!.items, digest: `sha256:${'0'.repeat(64)}` })],
  ] as [
    string,
    (input: EvaluateFidelityInput) => EvaluateFidelityInput | Promise<ArtifactRef> | ArtifactRef,
  ][])('known results %s are not taken over', async ([reason, otherwise], { task }) => {
    const input = { model: damaged, checks: checks.slice(0, 1), engine, seed: 0, share: 1 / 4 };
    const other = await otherwise(input);
    const known = 'digest' in other ? other : (await runStage(fidelityStage, other, { store })).output.items;
    const fresh = await freshStore(task.id);
    try {
      const { output } = await runStage(fidelityStage, { ...input, known }, { store: fresh });
      expect(output.provenance).toMatchObject({
        'documents.measured': 100,
        'documents.taken_over': 0,
        'documents.not_taken_over': reason,
      });
      const { value } = looks[0]!.metrics['many.acc']!;
      expect(output.metrics['many.acc']!.value).toBe(value);
    } finally {
      await fresh.close();
    }
  });

  test('those of a task of the same name with other documents are not, the others are', async () => {
    const other = join(root, 'other');
    await cp(join(root, 'tasks'), other, { recursive: true });
    await writeFile(join(other, 'many.jsonl'), lines(rows(131).slice(1)));
    const { bundle } = await bundleTask({ nameOrPath: join(other, 'drawn.yaml'), store });
    const changed = checks.flatMap((check) =>
      check.kind === 'task' ? { ...check, ...(check.name === 'drawn' && { bundle }) } : [],
    );
    const { output } = await runStage(
      fidelityStage,
      { model: damaged, checks: changed, engine, seed: 0, share: 1 / 4, known: looks[0]!.items },
      { store },
    );
    expect(output.provenance).toMatchObject({
      'task.drawn.not_taken_over': 'of other documents or prompts',
      'documents.measured': 50,
      'documents.taken_over': 50 + 50 + 50,
    });
  });
});
