import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { taskMetrics } from '../../../src/fidelity/metrics/task-metrics.ts';
import { itemsOf } from '../../../src/fidelity/tasks/items-of.ts';
import { loadTask } from '../../../src/fidelity/tasks/load-task.ts';
import { readTaskData } from '../../../src/fidelity/tasks/data/task-data.ts';
import { scoreDocuments } from '../../../src/fidelity/tasks/score-documents.ts';
import type { TaskModel } from '../../../src/fidelity/tasks/task-model.ts';
import { scriptedModel } from '../../support/scripted-model.ts';

async function measure(
  task: Record<string, unknown>,
  documents: Record<string, unknown>[],
  model: TaskModel,
) {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-metrics-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'data.jsonl'), documents.map((row) => JSON.stringify(row)).join('\n'));
  const definition = {
    task: 'tiny',
    dataset_path: 'json',
    dataset_kwargs: { data_files: { test: 'data.jsonl' } },
    test_split: 'test',
    ...task,
  };
  await writeFile(join(folder, 'task.yaml'), JSON.stringify(definition));
  const loaded = await loadTask(join(folder, 'task.yaml'));
  const { documents: rows, shots } = await readTaskData(loaded, { limit: null });
  const results = await scoreDocuments({
    task: loaded,
    model,
    documents: rows,
    ids: rows.map((_, i) => i),
    shots,
  });
  const items = itemsOf({ name: 'tiny', bundle: 'bundle', total: results.length }, results);
  return taskMetrics({ definition: loaded.definition, name: 'tiny', items, baseline: items, seed: 0 });
}

const translation = {
  output_type: 'generate_until',
  doc_to_text: '{{q}}',
  doc_to_target: '{{a}}',
  metric_list: ['bleu', 'chrf', 'chrf++', 'ter', 'rouge', 'exact_match'].map((metric) => ({ metric })),
};
const rows = Array.from({ length: 12 }, (_, i) => ({
  q: `q${i}`,
  a: `the ${i} old mills stand by the river`,
}));

test('generated texts are measured by every metric, each with an interval, a unit and a direction', async () => {
  const answer = (prompt: string) =>
    `the ${prompt.slice(1)} old mills stood by ${prompt.length % 2 ? 'a' : 'the'} river`;
  const metrics = await measure(translation, rows, scriptedModel({ answer }));
  expect(Object.keys(metrics)).toEqual(
    ['bleu', 'chrf', 'chrf++', 'ter', 'rouge1', 'rouge2', 'rougeL', 'rougeLsum', 'exact_match'].map(
      (name) => `tiny.${name}`,
    ),
  );
  for (const [name, { value, low, high, standardError, versusBaseline }] of Object.entries(metrics)) {
    expect(low, name).toBeLessThanOrEqual(value);
    expect(high, name).toBeGreaterThanOrEqual(value);
    expect(standardError, name).toBeGreaterThanOrEqual(0);
    expect(versusBaseline!.difference, name).toMatchObject({ value: 0 });
  }
  expect(metrics['tiny.bleu']).toMatchObject({ unit: 'points', higherIsBetter: true, n: 12 });
  expect(metrics['tiny.bleu']!.value).toBeGreaterThan(20);
  expect(metrics['tiny.ter']).toMatchObject({ unit: 'points', higherIsBetter: false });
  expect(metrics['tiny.rouge1']!.value).toBeLessThan(1);
});

test('a model that says nothing has the worst of every score, and a comparison that JSON can carry', async () => {
  const metrics = await measure(translation, rows, scriptedModel({}));
  for (const [name, { value, versusBaseline }] of Object.entries(metrics)) {
    expect(value, name).toBe(name === 'tiny.ter' ? 100 : 0);
    expect(JSON.parse(JSON.stringify(versusBaseline)), name).toEqual(versusBaseline);
  }
});

test('a reference that is empty text is scored; a list of none is an error with its document', async () => {
  const empty = [{ q: 'q', a: '' }, ...rows];
  const metrics = await measure(translation, empty, scriptedModel({ answer: () => 'the old mill' }));
  expect(metrics['tiny.ter']!.value).toBeGreaterThan(0);
  const none = { ...translation, doc_to_target: 'targets' };
  await expect(measure(none, [{ q: 'q', targets: [] }], scriptedModel({}))).rejects.toMatchObject({
    code: 'invalid-spec',
    message: 'tiny: doc_to_target of document 0 is an empty list',
  });
});

const choice = {
  output_type: 'multiple_choice',
  doc_to_text: '{{q}}',
  doc_to_target: '{{label}}',
  doc_to_choice: ['no', 'yes'],
  metric_list: ['acc', 'acc_mutual_info', 'f1', 'mcc', 'brier_score'].map((metric) => ({ metric })),
};
const questions = Array.from({ length: 20 }, (_, i) => ({ q: `q${i}`, label: i % 2 }));

test('mutual information asks for each choice without its question', async () => {
  // "yes" is likelier after anything, and less so after the question where it is wrong.
  const logProbability = (text: string) => {
    if (text.startsWith('\u0002|')) return text.endsWith('yes') ? -1 : -5;
    const odd = /q\d*[13579]\|/.test(text);
    return text.endsWith('yes') ? (odd ? -0.5 : -2) : -4;
  };
  const metrics = await measure(choice, questions, scriptedModel({ logProbability }));
  expect(metrics['tiny.acc']!.value).toBe(0.5);
  expect(metrics['tiny.acc_mutual_info']!.value).toBe(0.5);
  expect(metrics['tiny.f1']!.value).toBeCloseTo(2 / 3, 12);
  expect(metrics['tiny.mcc']).toMatchObject({ value: 0, unit: 'correlation' });
  expect(metrics['tiny.brier_score']!.standardError).toBeUndefined();
});

test('a NaN score ends the task, naming document and metric', async () => {
  const logProbability = (text: string) => (text.startsWith('q3|') ? Number.NaN : -1);
  await expect(measure(choice, questions, scriptedModel({ logProbability }))).rejects.toMatchObject({
    code: 'non-finite',
    message: 'tiny, document 3: brier_score is NaN',
  });
});

test('an option of another metric is refused with those it takes', async () => {
  const wrong = { ...translation, metric_list: [{ metric: 'bleu', ignore_case: true }] };
  await expect(measure(wrong, rows, scriptedModel({}))).rejects.toMatchObject({
    message: expect.stringContaining('the metric "bleu" takes no "ignore_case"') as string,
  });
});
