import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { bundleTask } from '../../../src/index.ts';
import { readRows } from '../../../src/fidelity/tasks/data/read-rows.ts';
import { splitFiles } from '../../../src/fidelity/tasks/data/split-files.ts';
import { startDatasetHub, type DatasetHub } from '../../support/dataset-hub.ts';
import { lines, taskFolder, taskStore } from '../../support/task-folder.ts';

const parquet = new URL('files/rows.parquet', import.meta.url);

describe('files', () => {
  test('Parquet has numbers, lists, structures and times as JSON has them', async () => {
    expect(await readRows([parquet.pathname])).toEqual([
      {
        question: 'Why does the mill turn?',
        choices: { text: ['water', 'wind'], label: ['A', 'B'] },
        label: 1,
        score: 0.5,
        ok: true,
        none: null,
        when: '2024-05-01T12:00:00.000Z',
      },
      {
        question: 'Where is the café?',
        choices: { text: ['here', 'there'], label: ['A', 'B'] },
        label: 0,
        score: 2,
        ok: false,
        none: 'x',
        when: '2024-05-02T00:00:00.000Z',
      },
    ]);
  });

  test('CSV has a column of numbers as numbers, and quoted cells with commas and line ends', async () => {
    const folder = await taskFolder({
      'rows.csv': 'q,n,flag,mixed\n"a, ""b""\nc",1,True,1\nd,2.5,False,x\n',
      'rows.tsv': 'q\tn\ne\t\n',
    });
    expect(await readRows([join(folder, 'rows.csv'), join(folder, 'rows.tsv')])).toEqual([
      { q: 'a, "b"\nc', n: 1, flag: true, mixed: '1' },
      { q: 'd', n: 2.5, flag: false, mixed: 'x' },
      { q: 'e', n: null },
    ]);
  });

  test.for([
    ['rows.csv', 'q,n\n1\n', /rows\.csv:2 cannot be read/],
    ['rows.parquet', 'PAR1 no', /rows\.parquet cannot be read/],
    ['rows.xlsx', 'x', /is of no kind that can be read/],
  ] as const)('%s with %j is refused', async ([name, content, message]) => {
    const folder = await taskFolder({ [name]: content });
    await expect(readRows([join(folder, name)])).rejects.toThrow(message);
  });
});

test.for([
  // The hub's Parquet copies, what people upload, and a folder of one's own.
  [['main/test/0000.parquet', 'main/test/0001.parquet', 'main/train/0000.parquet'], 'main', 'test', 2],
  [['main/partial-train/0000.parquet'], 'main', 'train', 0],
  [['data/test-00000-of-00001.parquet', 'README.md'], null, 'test', 1],
  [['plain_text/validation/0000.parquet'], null, 'validation', 1],
  [
    ['boolq/validation-00000-of-00001-ab12.parquet', 'cb/validation-00000-of-00001.parquet'],
    'boolq',
    'validation',
    1,
  ],
  [['a/test.jsonl', 'b/test.jsonl'], null, 'test', 0],
  [['a/test.csv', 'b/test.csv'], 'b', 'test', 1],
  [['dev.jsonl', 'test.jsonl'], null, 'validation', 1],
  [['dev.jsonl', 'validation.jsonl'], null, 'dev', 1],
] as const)('of %j configuration %j, split %s has %d files', ([paths, config, split, count]) => {
  expect(splitFiles(paths, config, split)).toHaveLength(count);
});

describe('a data set on the hub', () => {
  let hub: DatasetHub;
  const task = (changes: object = {}) => ({
    task: 'mills',
    dataset_path: 'quantloop/mills',
    dataset_name: 'main',
    test_split: 'test',
    output_type: 'multiple_choice',
    doc_to_text: 'question',
    doc_to_choice: '{{choices.text}}',
    doc_to_target: 'label',
    ...changes,
  });

  beforeAll(async () => {
    // The library reports every download on the console.
    vi.spyOn(console, 'debug').mockImplementation(() => {});
    hub = await startDatasetHub({
      repo: 'quantloop/mills',
      branch: 'main',
      files: { 'main/test-00000-of-00001.parquet': await readFile(parquet), 'README.md': Buffer.from('#') },
    });
  });
  afterAll(() => hub.close());

  async function bundle(changes: object = {}, endpoint = hub.endpoint) {
    const folder = await taskFolder({ 'mills.yaml': task(changes) });
    return bundleTask({
      nameOrPath: join(folder, 'mills.yaml'),
      store: await taskStore(),
      hub: { endpoint, cacheFolder: join(folder, 'cache') },
    });
  }

  test('is read from main where the hub has no Parquet copy of it', async () => {
    expect(await bundle()).toMatchObject({ name: 'mills', documents: [2] });
    expect(hub.requests).toContain('GET /api/datasets/quantloop/mills/revision/refs/convert/parquet');
    expect(hub.requests).toContain('GET /api/datasets/quantloop/mills/revision/main');
  });

  test('of several tasks is listed once', async () => {
    const folder = await taskFolder({
      'one.yaml': task({ task: 'one' }),
      'two.yaml': task({ task: 'two', num_fewshot: 1, fewshot_split: 'test' }),
      'group.yaml': { group: 'both', task: ['one', 'two'] },
    });
    const before = hub.requests.length;
    const bundled = await bundleTask({
      nameOrPath: join(folder, 'group.yaml'),
      store: await taskStore(),
      hub: { endpoint: hub.endpoint, cacheFolder: join(folder, 'cache') },
    });
    expect(bundled.documents).toEqual([2, 2]);
    const asked = hub.requests.slice(before).filter((request) => request.includes('/tree/'));
    expect(asked).toHaveLength(1);
  });

  test.for([
    [{ dataset_path: 'quantloop/wells' }, 'invalid-spec', /wells@main/, /Check name and revision/],
    [
      { dataset_kwargs: { revision: 'v9' } },
      'invalid-spec',
      /404 for hf:datasets\/quantloop\/mills@v9/,
      /data: \.\/folder/,
    ],
    [{ dataset_name: 'other' }, 'invalid-spec', /no files of "other", split "test"/, /It has main/],
    [{ test_split: 'dev' }, 'invalid-spec', /no files of "main", split "dev"/, /It has main/],
    [{ doc_to_text: '{{query}}' }, 'invalid-spec', /"query" is no column/, /question, choices, label, score/],
    [
      { doc_to_choice: '{{choices.texts}}' },
      'invalid-spec',
      /doc_to_choice, document 0: an expression is undefined/,
      /.*/,
    ],
  ] as const)('asked for %j fails before anything runs', async ([changes, code, message, hint]) => {
    const error = await bundle(changes).then(
      () => undefined,
      (reason: unknown) => reason as { code: string; message: string; hint?: string },
    );
    expect(error).toMatchObject({ code });
    expect(error!.message).toMatch(message);
    expect(error!.hint ?? '').toMatch(hint);
  });

  test('that cannot be reached says how to do without', async () => {
    await expect(bundle({}, 'http://127.0.0.1:9')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('mills.yaml') as string,
      hint: expect.stringContaining('data: ./folder, with main/test.jsonl, .csv or .parquet') as string,
    });
  });
});

test('a built-in task takes its data from a folder in the layout of its data set', async () => {
  const row = { question: ' Why? ', choices: ['a', 'b', 'c', 'd'], answer: 2 };
  const folder = await taskFolder({
    'abstract_algebra/test.jsonl': lines([row, row]),
    'abstract_algebra/dev.csv': 'question,choices,answer\n',
  });
  const store = await taskStore();
  const bundled = await bundleTask({ nameOrPath: 'mmlu_abstract_algebra', store, data: folder });
  expect(bundled).toMatchObject({
    name: 'mmlu_abstract_algebra',
    documents: [2],
    metrics: [{ name: 'mmlu_abstract_algebra.acc', higherIsBetter: true }],
  });
  await expect(bundleTask({ nameOrPath: 'mmlu_anatomy', store, data: folder })).rejects.toMatchObject({
    message: expect.stringMatching(/mmlu_anatomy: .* has no files of "anatomy", split "test"/) as string,
    hint: 'It has abstract_algebra.',
  });
});
