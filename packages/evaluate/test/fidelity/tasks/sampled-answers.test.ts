import { join } from 'node:path';
import type { Engine } from '@quantloop/core';
import { runStage } from '@quantloop/jobs';
import { importModel } from '@quantloop/models';
import { expect, test } from 'vitest';
import { bundleTask, FidelityItems, fidelityStage } from '../../../src/index.ts';
import { lines, taskFolder, taskStore } from '../../support/task-folder.ts';

const engine: Engine = { kind: 'onnxruntime', provider: 'cpu', threads: 2 };

const STORIES = ['Once upon a time', 'The cat', 'A small house'].map((prompt) => ({
  prompt,
  gold: 'the end',
}));

/** Four answers to each of three prompts, a column for the first of them. */
const TASK = {
  task: 'drawn',
  dataset_path: 'json',
  dataset_kwargs: { data_files: { test: 'stories.jsonl' } },
  test_split: 'test',
  doc_to_text: '{{prompt}}',
  doc_to_target: '{{gold}}',
  repeats: 4,
  metric_list: [{ metric: 'exact_match' }],
  filter_list: [{ name: 'first', filter: [{ function: 'take_first' }] }],
};

async function answersOf(generation_kwargs: object, seed: number): Promise<string[][]> {
  const folder = await taskFolder({
    'drawn.yaml': { ...TASK, generation_kwargs: { until: [], max_gen_toks: 12, ...generation_kwargs } },
    'stories.jsonl': lines(STORIES),
  });
  const store = await taskStore();
  const model = await importModel({ source: 'builtin:demo', folder: join(folder, 'model') });
  const { bundle } = await bundleTask({ nameOrPath: join(folder, 'drawn.yaml'), store });
  const checks = [{ kind: 'task' as const, name: 'drawn', bundle, limit: null }];
  const input = { model: await store.putFolder(model.folder), checks, engine, seed };
  const { output } = await runStage(fidelityStage, input, { store });
  const [items] = FidelityItems.parse(await store.readJson(output.items)).checks;
  if (items?.kind !== 'task') throw new Error('the check is a task');
  return items.samples.map(({ responses }) => responses);
}

test('a task that samples has each of its repeats drawn by itself, from the seed alone', async () => {
  const sampling = { do_sample: true, temperature: 0.9, top_k: 40 };
  const drawn = await answersOf(sampling, 5);
  expect(drawn.map(({ length }) => length)).toEqual([4, 4, 4]);
  for (const answers of drawn) expect(new Set(answers).size).toBeGreaterThan(1);
  expect(await answersOf(sampling, 5)).toEqual(drawn);
  expect(await answersOf(sampling, 6)).not.toEqual(drawn);
  const greedy = await answersOf({ do_sample: false }, 5);
  expect(greedy.map(({ length }) => length)).toEqual([1, 1, 1]);
  // Among the likeliest one alone there is nothing to draw.
  const only = await answersOf({ ...sampling, top_k: 1 }, 5);
  expect(only).toEqual(greedy.map(([answer]) => Array<string>(4).fill(answer!)));
});
