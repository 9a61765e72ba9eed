import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import type { ArtifactRef, Engine, FidelityCheck } from '@quantloop/core';
import { runStage } from '@quantloop/jobs';
import { importModel } from '@quantloop/models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { builtinTasks, bundleTask, FidelityItems, fidelityStage } from '../../../src/index.ts';
import { findTasks, groupsOf, leavesOf } from '../../../src/fidelity/tasks/definition/task-tree.ts';
import { lines, taskFolder, taskStore } from '../../support/task-folder.ts';

const engine: Engine = { kind: 'onnxruntime', provider: 'cpu', threads: 2 };

describe('built-in groups', () => {
  test('mmlu has 57 subjects in four categories, each subject once', async () => {
    const tree = await findTasks('mmlu');
    expect(groupsOf(tree).map(({ group, alias, members }) => [group, alias, members.length])).toEqual([
      ['mmlu', undefined, 4],
      ['mmlu_stem', 'stem', 19],
      ['mmlu_other', 'other', 13],
      ['mmlu_social_sciences', 'social sciences', 12],
      ['mmlu_humanities', 'humanities', 13],
    ]);
    expect(leavesOf(tree)).toHaveLength(57);
  });

  test('blimp is the plain mean of 67 contrasts', async () => {
    const tree = await findTasks('blimp');
    expect(leavesOf(tree)).toHaveLength(67);
    expect(groupsOf(tree)[0]!.aggregates).toMatchObject([{ metric: 'acc', weight_by_size: false }]);
  });

  test('a tag stands for the tasks that carry it, without a score of its own', async () => {
    const tree = await findTasks('truthfulqa');
    expect(leavesOf(tree).map(({ definition }) => definition.task)).toEqual([
      'truthfulqa_mc1',
      'truthfulqa_mc2',
    ]);
    expect(groupsOf(tree)).toMatchObject([{ group: 'truthfulqa', aggregates: [] }]);
  });

  test('every name can be found', async () => {
    for (const name of await builtinTasks())
      expect(leavesOf(await findTasks(name)).length).toBeGreaterThan(0);
  });
});

const QUESTIONS = {
  dataset_path: 'json',
  dataset_kwargs: { data_files: { test: 'rows.jsonl' } },
  test_split: 'test',
  output_type: 'multiple_choice',
  doc_to_text: '{{q}}',
  doc_to_choice: 'choices',
  doc_to_target: 'gold',
  metric_list: [{ metric: 'acc' }],
};

const rows = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    q: `${i}+${i}=`,
    choices: [`${i}`, `${2 * i}`, 'so'],
    gold: i % 3,
  }));

async function groupFiles(group: object): Promise<string> {
  const folder = await taskFolder({
    'rows.jsonl': lines(rows(9)),
    'few.jsonl': lines(rows(4)),
    'one.yaml': { ...QUESTIONS, task: 'one', tag: 'both' },
    'parts/two.yaml': {
      include: '../one.yaml',
      task: 'two',
      dataset_kwargs: { data_files: { test: '../few.jsonl' } },
    },
    'group.yaml': group,
  });
  return join(folder, 'group.yaml');
}

describe('groups of files', () => {
  test('are found by name, by tag and written out, with changes passed on', async () => {
    const file = await groupFiles({
      group: 'all',
      fewshot_delimiter: '\n',
      task: [
        'one',
        { task: 'two', description: 'Think.\n' },
        { group: 'inner', task: ['both'], aggregate_metric_list: { metric: 'acc' } },
        { ...QUESTIONS, task: 'third' },
      ],
    });
    const tree = await findTasks(file);
    expect(
      leavesOf(tree).map(({ definition: { task, description, fewshot_delimiter } }) => [
        task,
        description,
        fewshot_delimiter,
      ]),
    ).toEqual([
      ['one', '', '\n'],
      ['two', 'Think.\n', '\n'],
      ['all::third', '', '\n'],
    ]);
    expect(groupsOf(tree).map(({ group }) => group)).toEqual(['all', 'all::inner']);
  });

  test.for([
    [{ group: 'all', task: ['oen'] }, /the group "all" names the task "oen", which is not known/, /"one"/],
    [{ group: 'all', task: ['all'] }, /the group "all" contains itself/, /all → all/],
    [{ group: 'all', task: [] }, /task: /, /.*/],
    [
      { group: 'all', task: ['one'], aggregate_metric_list: [{ metric: 'acc', aggregation: 'median' }] },
      /only "mean" is known/,
      /.*/,
    ],
    [{ group: 'all', task: ['one'], doc_to_txt: 'q' }, /unknown field "doc_to_txt"/, /"doc_to_text"/],
  ] as const)('%j is refused by name', async ([group, message, hint]) => {
    const error = await findTasks(await groupFiles(group)).then(
      () => undefined,
      (reason: unknown) => reason as { message: string; hint?: string },
    );
    expect(error?.message).toMatch(message);
    expect(error?.hint ?? '').toMatch(hint);
  });

  test('a file that includes itself, or what is not there, is refused with the way there', async () => {
    const folder = await taskFolder({
      'a.yaml': 'include: b.yaml\ntask: a\n',
      'b.yaml': 'include: a.yaml\n',
      'c.yaml': 'include: d.yaml\ntask: c\n',
    });
    await expect(findTasks(join(folder, 'a.yaml'))).rejects.toMatchObject({
      message: expect.stringContaining('includes itself') as string,
      hint: expect.stringMatching(/a\.yaml → .*b\.yaml → .*a\.yaml/) as string,
    });
    await expect(findTasks(join(folder, 'c.yaml'))).rejects.toThrow(
      /no task file .*d\.yaml, which .*c\.yaml includes/,
    );
  });
});

describe('a group on the demo model', () => {
  let root: string;
  let store: Store;
  let model: ArtifactRef;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'quantloop-group-'));
    store = await openStore({ root: join(root, 'store') });
    const { folder } = await importModel({ source: 'builtin:demo', folder: join(root, 'model') });
    model = await store.putFolder(folder);
  });
  afterAll(async () => {
    await store.close();
    await rm(root, { recursive: true });
  });

  test.for([true, false])(
    'weight_by_size: %s is the mean over documents, or over tasks',
    async (weighted) => {
      const { name, bundle, metrics } = await bundleTask({
        nameOrPath: await groupFiles({
          group: 'all',
          task: ['both'],
          aggregate_metric_list: [{ metric: 'acc', weight_by_size: weighted }],
        }),
        store,
      });
      expect(metrics.map((metric) => metric.name)).toEqual(['all.acc', 'one.acc', 'two.acc']);
      const checks: FidelityCheck[] = [{ kind: 'task', name, bundle, limit: null }];
      const baseline = (await runStage(fidelityStage, { model, checks, engine, seed: 0 }, { store })).output;
      const { one, two } = {
        one: baseline.metrics['one.acc']!.value,
        two: baseline.metrics['two.acc']!.value,
      };
      expect(baseline.metrics['all.acc']!.value).toBeCloseTo(
        weighted ? (9 * one + 4 * two) / 13 : (one + two) / 2,
        12,
      );
      expect(baseline.metrics['all.acc']).toMatchObject({ n: 13, unit: 'fraction', convention: 'lm-eval' });
      expect(baseline.metrics['all.acc']!.standardError).toBeGreaterThan(0);
      const items = FidelityItems.parse(await store.readJson(baseline.items));
      expect(items.checks.map((check) => check.kind === 'task' && check.name)).toEqual(['one', 'two']);

      const again = { model, checks, engine, seed: 0, baseline: { items: baseline.items } };
      const { output } = await runStage(fidelityStage, again, { store });
      expect(output.metrics['all.acc']!.versusBaseline).toMatchObject({
        difference: { value: 0 },
        pairs: 13,
      });
      // The group counts as one task among others.
      expect(output.metrics['recovery.mean']).toMatchObject({ n: 1, value: 1 });
    },
  );
});

test('bundles of groups are the same for the same tasks', async () => {
  const store = await taskStore();
  const group = { group: 'all', task: ['one', 'two'] };
  const first = await bundleTask({ nameOrPath: await groupFiles(group), store });
  const second = await bundleTask({ nameOrPath: await groupFiles(group), store });
  expect(second.bundle).toEqual(first.bundle);
  expect(first.documents).toEqual([9, 4]);
});
