import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findSandbox } from '../../../src/fidelity/metrics/code/find-sandbox.ts';
import { taskMetrics } from '../../../src/fidelity/metrics/task-metrics.ts';
import { readTaskData } from '../../../src/fidelity/tasks/data/task-data.ts';
import { itemsOf } from '../../../src/fidelity/tasks/items-of.ts';
import { loadTask } from '../../../src/fidelity/tasks/load-task.ts';
import { scoreDocuments } from '../../../src/fidelity/tasks/score-documents.ts';
import { bundleTask } from '../../../src/index.ts';
import { scriptedModel } from '../../support/scripted-model.ts';

let root: string;
let store: Store;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quantloop-answers-'));
  store = await openStore({ root: join(root, 'store') });
});
afterAll(async () => {
  await store.close();
  await rm(root, { recursive: true });
});

type Rows = Record<string, unknown>[];

/** A built-in task or a file over rows of ours, bundled as a campaign bundles it. */
async function bundle(nameOrPath: string, splits: Record<string, Rows>, runUnsafeCode?: boolean) {
  const data: Record<string, string[]> = {};
  for (const [split, rows] of Object.entries(splits)) {
    const file = join(root, `${split}-${Math.random()}.jsonl`);
    await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    data[split] = [file];
  }
  return bundleTask({ nameOrPath, store, data, runUnsafeCode });
}

async function score(bundled: Awaited<ReturnType<typeof bundle>>, answer: (prompt: string) => string) {
  const task = await loadTask(join(await store.folder(bundled.bundle), 'task.yaml'));
  const { documents, shots } = await readTaskData(task, { limit: null });
  const prompts: string[] = [];
  const model = scriptedModel({ answer: (prompt) => (prompts.push(prompt), answer(prompt)) });
  const ids = documents.map((_, i) => i);
  const results = await scoreDocuments({ task, model, documents, ids, shots });
  const items = itemsOf({ name: task.definition.task, bundle: 'bundle', total: results.length }, results);
  const metrics = taskMetrics({ definition: task.definition, name: bundled.name, items, seed: 0 });
  return {
    prompts,
    metrics,
    values: Object.fromEntries(Object.entries(metrics).map(([k, m]) => [k, m.value])),
  };
}

const INSTRUCTED = [
  {
    key: 1,
    prompt: 'Describe the mill without commas.',
    instruction_id_list: ['punctuation:no_comma', 'keywords:existence'],
    kwargs: [{ keywords: null }, { keywords: ['mill'] }],
  },
  {
    key: 2,
    prompt: 'Quote something.',
    instruction_id_list: ['startend:quotation'],
    kwargs: [{}],
  },
];

test('ifeval: prompts with all instructions followed, and instructions of all prompts, strictly and loosely', async () => {
  const { metrics, prompts, values } = await score(await bundle('ifeval', { train: INSTRUCTED }), (prompt) =>
    prompt.startsWith('Describe') ? 'The mill, of course.' : 'Here it is:\n"A quote."',
  );
  expect(prompts).toEqual(INSTRUCTED.map(({ prompt }) => prompt));
  expect(values).toEqual({
    'ifeval.prompt_level_strict_acc': 0,
    'ifeval.inst_level_strict_acc': 1 / 3,
    'ifeval.prompt_level_loose_acc': 0.5,
    'ifeval.inst_level_loose_acc': 2 / 3,
  });
  expect(metrics['ifeval.inst_level_loose_acc']!.standardError).toBeUndefined();
  expect(metrics['ifeval.prompt_level_loose_acc']).toMatchObject({ standardError: 0.5, unit: 'fraction' });
});

test('ifeval as lm-eval’s own file writes it scores the same', async () => {
  const file = join(root, 'ifeval.yaml');
  await writeFile(
    file,
    [
      'task: ifeval',
      'dataset_path: google/IFEval',
      'dataset_name: null',
      'output_type: generate_until',
      'test_split: train',
      'num_fewshot: 0',
      'doc_to_text: prompt',
      'doc_to_target: 0',
      'generation_kwargs: { until: [], do_sample: false, temperature: 0.0, max_gen_toks: 1280 }',
      'process_results: !function utils.process_results',
      'metric_list:',
      '  - { metric: prompt_level_loose_acc, aggregation: mean, higher_is_better: true }',
      '  - { metric: inst_level_loose_acc, aggregation: !function utils.agg_inst_level_acc, higher_is_better: true }',
    ].join('\n'),
  );
  const { values } = await score(await bundle(file, { train: INSTRUCTED }), () => '"mill"');
  expect(values).toEqual({ 'ifeval.prompt_level_loose_acc': 1, 'ifeval.inst_level_loose_acc': 1 });
});

test('cnn_dailymail: ROUGE of the highlights by stems', async () => {
  const rows = [{ article: 'Long text.', highlights: 'The old mill was sold.\nA museum opens there.' }];
  const { values, prompts } = await score(
    await bundle('cnn_dailymail_abisee', { test: rows }),
    () => ' Old mills selling; a museum opened there',
  );
  expect(prompts).toEqual(['Summarize the following article:\n\nLong text.\n\nSummary:']);
  // the old mill was sold a museum open there / old mill sell a museum open there: 6 of 9 and of 7 words.
  expect(values['cnn_dailymail_abisee.rouge1']).toBeCloseTo((2 * (6 / 9) * (6 / 7)) / (6 / 9 + 6 / 7), 12);
  expect(values['cnn_dailymail_abisee.rouge2']).toBeCloseTo((2 * (4 / 8) * (4 / 6)) / (4 / 8 + 4 / 6), 12);
});

test.for([
  ['wmt14-en-fr', 'English phrase: Good morning.\nFrench phrase:', 'en', 'fr'],
  ['wmt16-de-en', 'German phrase: Good morning.\nEnglish phrase:', 'de', 'en'],
  ['wmt16-en-ro', 'English phrase: Good morning.\nRomanian phrase:', 'en', 'ro'],
] as const)('%s: BLEU, TER and chrF of the translation', async ([name, prompt, from, to]) => {
  const rows = [{ translation: { [from]: 'Good morning.', [to]: 'Bonjour a tous, mes chers amis.' } }];
  const { values, prompts } = await score(
    await bundle(name, { test: rows }),
    () => ' Bonjour a tous, mes chers amis.',
  );
  expect(prompts).toEqual([prompt]);
  expect(values[`${name}.bleu`]).toBeCloseTo(100, 9);
  expect(values[`${name}.ter`]).toBe(0);
  expect(values[`${name}.chrf`]).toBeCloseTo(100, 9);
});

const PROBLEMS = [
  {
    task_id: 'Own/0',
    prompt: 'def twice(x):\n    """Twice x."""\n',
    entry_point: 'twice',
    test: 'def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(-1) == -2\n',
  },
  {
    task_id: 'Own/1',
    prompt: 'def first(items):\n    """The first item."""\n',
    entry_point: 'first',
    test: 'def check(candidate):\n    assert candidate([7, 8]) == 7\n',
  },
];

const python = await findSandbox().then(
  () => true,
  (error: Error) => error.message,
);

describe.skipIf(python !== true)(`code ${python === true ? '' : python}`, () => {
  test('humaneval: the prompt and its completion are run with the tests', async () => {
    const bundled = await bundle('humaneval', { test: PROBLEMS }, true);
    expect(bundled.metrics).toEqual([{ name: 'humaneval.pass@1', higherIsBetter: true }]);
    const right = await score(bundled, (prompt) =>
      prompt.includes('twice') ? '    return 2 * x' : '    return items[0]',
    );
    expect(right.values).toEqual({ 'humaneval.pass@1': 1 });
    const half = await score(bundled, () => '    return 2 * x');
    expect(half.values).toEqual({ 'humaneval.pass@1': 0.5 });
  });

  test('mbpp: shows the tasks 2, 3 and 4 first, and runs the answer with the three tests', async () => {
    const problem = (task_id: number, text: string) => ({
      task_id,
      text,
      code: `def f(x):\n  return x + ${task_id}`,
      test_list: [0, 1, 2].map((x) => `assert f(${x}) == ${x + task_id}`),
    });
    const splits = {
      test: [problem(11, 'Add eleven.')],
      prompt: [1, 2, 3, 4, 5].map((id) => problem(id, `Add ${id}.`)),
    };
    const { prompts, values } = await score(
      await bundle('mbpp', splits, true),
      () => 'def f(x): return x + 11',
    );
    expect(values).toEqual({ 'mbpp.pass_at_1': 1 });
    const [prompt] = prompts;
    expect(prompt!.split('[BEGIN]\n').length - 1).toBe(4);
    expect(prompt!).toContain('task: Add 2. Your code should pass these tests:\n\nassert f(0) == 2\n');
    expect(prompt!).toContain('[BEGIN]\ndef f(x):\n  return x + 4\n[DONE]\n\n');
    expect(prompt!).not.toContain('Add 5.');
  });

  test('of answers drawn at random pass@k tells how many of k do', async () => {
    const file = join(root, 'drawn.yaml');
    await writeFile(
      file,
      JSON.stringify({
        task: 'drawn',
        dataset_path: 'openai/openai_humaneval',
        test_split: 'test',
        doc_to_text: '{{prompt}}',
        doc_to_target: 'assert x == 1',
        unsafe_code: true,
        repeats: 4,
        generation_kwargs: { until: [], do_sample: true, temperature: 0.8 },
        metric_list: [{ metric: 'pass_at_k', k: [1, 2] }],
        filter_list: [{ name: 'all', filter: [{ function: 'take_first_k', k: 4 }] }],
      }),
    );
    const bundled = await bundle(file, { test: PROBLEMS.slice(0, 1) }, true);
    let asked = 0;
    const { values } = await score(bundled, () => `x = ${asked++ % 2}`);
    expect(asked).toBe(4);
    // Two of four pass; of the six pairs one has none of them.
    expect(values).toEqual({ 'drawn.pass@1': 0.5, 'drawn.pass@2': expect.closeTo(5 / 6, 12) as number });
  });

  test('a file that asks for more of k than it repeats is told to repeat', async () => {
    const file = join(root, 'many.yaml');
    await writeFile(
      file,
      JSON.stringify({
        task: 'many',
        dataset_path: 'openai/openai_humaneval',
        test_split: 'test',
        doc_to_text: '{{prompt}}',
        doc_to_target: '{{test}}',
        unsafe_code: true,
        metric_list: [{ metric: 'pass_at_k', k: [1, 10] }],
      }),
    );
    const bundled = await bundle(file, { test: PROBLEMS }, true);
    await expect(score(bundled, () => 'pass')).rejects.toMatchObject({
      message: expect.stringContaining(
        'pass@10 needs 10 answers to a question, the task asks for 1',
      ) as string,
      hint: expect.stringContaining('repeats: 10') as string,
    });
  });
});

test('programs that a model writes are not run without consent', async () => {
  await expect(bundle('humaneval', { test: PROBLEMS })).rejects.toMatchObject({
    code: 'unsupported',
    message: 'humaneval: the metric "pass_at_k" runs programs that the model writes, on the worker',
    hint: expect.stringContaining('runUnsafeCode: true') as string,
  });
});
