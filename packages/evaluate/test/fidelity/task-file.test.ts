import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openStore } from '@quantloop/artifacts';
import { expect, onTestFinished, test } from 'vitest';
import { bundleTask, builtinTasks } from '../../src/index.ts';
import { loadTask } from '../../src/fidelity/tasks/load-task.ts';
import { readTaskData } from '../../src/fidelity/tasks/data/task-data.ts';

const TASK = {
  task: 'tiny',
  dataset_path: 'json',
  dataset_kwargs: { data_files: { test: 'tiny.jsonl' } },
  test_split: 'test',
  output_type: 'generate_until',
  doc_to_text: '{{q}}',
  doc_to_target: '{{a}}',
  metric_list: [{ metric: 'exact_match' }],
};

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'quantloop-task-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** The task with changes, its data beside it. JSON is YAML. */
async function taskFile(
  changes: Record<string, unknown>,
  data = '{"q": "1+1=", "a": "2"}\n',
): Promise<string> {
  const path = await folder();
  await writeFile(join(path, 'tiny.jsonl'), data);
  await writeFile(join(path, 'task.yaml'), JSON.stringify({ ...TASK, ...changes }));
  return join(path, 'task.yaml');
}

test.for([
  [{ doc_to_txt: 'x' }, 'invalid-spec', /unknown field "doc_to_txt"/, /Did you mean "doc_to_text"\?/],
  [
    { use_prompt: 'promptsource:*' },
    'unsupported',
    /"use_prompt" is not followed: its prompt is one of/,
    /doc_to_text/,
  ],
  [
    { metric_list: [{ metric: 'exact_mtach' }] },
    'invalid-spec',
    /unknown metric "exact_mtach"/,
    /"exact_match"/,
  ],
  [
    { metric_list: [{ metric: 'acc' }] },
    'invalid-spec',
    /"acc" does not go with output_type generate_until/,
    /multiple_choice/,
  ],
  [
    { metric_list: [{ metric: 'exact_match', aggregation: 'perplexity' }] },
    'invalid-spec',
    /cannot be aggregated by "perplexity"/,
    /"mean"/,
  ],
  [
    { generation_kwargs: { do_sample: true } },
    'invalid-spec',
    /do_sample is true, the temperature 0/,
    /temperature above 0/,
  ],
  [
    { filter_list: [{ name: 'f', filter: [{ function: 'regx' }] }] },
    'unsupported',
    /unknown filter "regx"/,
    /"regex"/,
  ],
  [
    { filter_list: [{ name: 'f', filter: [{ function: 'regex', regex_pattern: '(' }] }] },
    'invalid-spec',
    /is not a regular expression/,
    /./,
  ],
  [
    { output_type: 'multiple_choice', metric_list: [{ metric: 'acc' }] },
    'invalid-spec',
    /needs doc_to_choice/,
    /.*/,
  ],
  [{ test_split: null }, 'invalid-spec', /neither test_split nor validation_split/, /./],
] as const)(
  'a task file with %j is refused, naming the place and the way out',
  async ([changes, code, message, hint]) => {
    const file = await taskFile(changes);
    const error = await loadTask(file).then(
      () => undefined,
      (reason: unknown) => reason as { code: string; message: string; hint?: string },
    );
    expect(error).toMatchObject({ code });
    expect(error!.message).toMatch(message);
    expect(error!.message).toContain(file);
    expect(error!.hint ?? '').toMatch(hint);
  },
);

test('a Python function without an equivalent is named, with those that there are', async () => {
  const file = await taskFile({});
  await writeFile(file, `${JSON.stringify(TASK).slice(0, -1)}, "doc_to_choice": !function utils.choices }`);
  await expect(loadTask(file)).rejects.toMatchObject({
    code: 'unsupported',
    message: `${file}: doc_to_choice calls the Python function utils.choices, which has no equivalent here`,
    hint: expect.stringContaining('winogrande.doc_to_choice') as string,
  });
});

test.for([
  ['hellaswag/task.yaml', 'tiny', 'json'],
  ['other/task.yaml', 'hellaswag', 'json'],
  ['other/task.yaml', 'tiny', 'Rowan/hellaswag'],
] as const)(
  'in %s of task %s over %s, utils.process_docs is that of HellaSwag',
  async ([path, task, dataset_path]) => {
    const root = await folder();
    await mkdir(join(root, dirname(path)));
    const fields = JSON.stringify({ ...TASK, task, dataset_path }).slice(0, -1);
    await writeFile(join(root, path), `${fields}, "process_docs": !function utils.process_docs }`);
    const { processed } = await loadTask(join(root, path));
    const row = {
      activity_label: 'Mill',
      ctx_a: 'It [x]turns.',
      ctx_b: 'THEN it',
      endings: [' a [title] b'],
      label: '2',
    };
    expect(processed!(row)).toMatchObject({ query: 'Mill: It turns. Then it', choices: ['a. b'], gold: 2 });
    expect(() => processed!({ ctx_a: 'x' })).toThrow('"activity_label" is no column of the document');
  },
);

test('elsewhere utils.process_docs is unknown: many tasks have one', async () => {
  const file = await taskFile({});
  await writeFile(
    file,
    `${JSON.stringify(TASK).slice(0, -1)}, "process_docs": !function utils.process_docs }`,
  );
  await expect(loadTask(file)).rejects.toMatchObject({
    code: 'unsupported',
    hint: expect.stringContaining('hellaswag.process_docs') as string,
  });
});

test('a column that does not exist is named with file, field, document and the columns there are', async () => {
  const task = await loadTask(await taskFile({ doc_to_text: '{{question}}' }));
  const { documents } = await readTaskData(task, { limit: null });
  const error = (() => {
    try {
      return task.fields.text(documents[0]!, 0);
    } catch (reason) {
      return reason;
    }
  })();
  expect(error).toMatchObject({
    code: 'invalid-spec',
    message: expect.stringMatching(
      /doc_to_text, document 0: "question" is no column of the document/,
    ) as string,
    hint: 'The document has the columns q, a.',
  });
});

test.for([
  [{ data_files: { test: 'absent.jsonl' } }, /no data file absent.jsonl/, /Put it at/],
  [{ data_files: { tset: 'tiny.jsonl' } }, /the data files have no split "test"/, /"tset"/],
  // Files without a split's name are the split "train", as in the Python library.
  [{ data_files: 'tiny.jsonl' }, /the data files have no split "test"/, /Did you mean "train"|Known: train/],
  [{}, /data_files names no file/, /data_files: { test/],
] as const)('data at %j is not found, with the way out', async ([dataset_kwargs, message, hint]) => {
  const task = await loadTask(await taskFile({ dataset_kwargs }));
  const reading = readTaskData(task, { limit: null });
  await expect(reading).rejects.toMatchObject({ code: 'invalid-spec' });
  await expect(reading).rejects.toThrow(message);
  await expect(reading).rejects.toMatchObject({ hint: expect.stringMatching(hint) as string });
});

test.for([
  ['{"q": "1"}\nnot json\n', /tiny\.jsonl:2 is not JSON/],
  ['[1, 2]\n', /tiny\.jsonl:1 is not an object of columns/],
  ['\n', /holds no document/],
] as const)('a data file with %j is refused by line', async ([data, message]) => {
  const task = await loadTask(await taskFile({}, data));
  await expect(readTaskData(task, { limit: null })).rejects.toThrow(message);
});

test.for([
  ['q', 'column'],
  ['{{q}}', 'column'],
  ['{{ q.upper() + "!" }}', 'COLUMN!'],
  ['{{ q.index("l") }}', '2'],
  ['{{ ["a", q].index("column") }}', '1'],
  ['{{ "-".join(["a", q]) }} {{ q.count("o") }}', 'a-column 1'],
  ['{{ "mIXED".capitalize() }}', 'Mixed'],
  ['{{ q | int(default=7) }}', '7'],
  ['{% if missing is defined %}x{% else %}y{% endif %}', 'y'],
  ['{{ q.split("l")[1].strip() }}\n', 'umn\n'],
  ['{{ [q, none, true] }}', "['column', None, True]"],
  ['{{ none }}{{ false }}{{ 4 / 2 }}', 'NoneFalse2.0'],
  ['Q: {{q}}\nA:', 'Q: column\nA:'],
] as const)('doc_to_text %j gives %j', async ([source, expected]) => {
  const { fields } = await loadTask(await taskFile({ doc_to_text: source }));
  expect(fields.text({ q: 'column' }, 0)).toBe(expected);
});

test('several filters each have a metric, the first one also under the plain name', async () => {
  const root = await folder();
  const store = await openStore({ root: join(root, 'store') });
  onTestFinished(() => store.close());
  const regex = (name: string) => ({
    name,
    filter: [{ function: 'regex', regex_pattern: '(\\d+)' }, { function: 'take_first' }],
  });
  const bundle = await bundleTask({
    nameOrPath: await taskFile({ filter_list: [regex('strict'), regex('loose')] }),
    store,
  });
  expect(bundle).toMatchObject({ name: 'tiny', documents: [1] });
  expect(bundle.metrics).toEqual(
    ['tiny.exact_match', 'tiny.exact_match,strict', 'tiny.exact_match,loose'].map((name) => ({
      name,
      higherIsBetter: true,
    })),
  );
});

test('a bundle needs nothing but itself, and equal tasks have equal bundles', async () => {
  const root = await folder();
  const store = await openStore({ root: join(root, 'store') });
  onTestFinished(() => store.close());
  const first = await bundleTask({ nameOrPath: await taskFile({}), store });
  const second = await bundleTask({ nameOrPath: await taskFile({}), store });
  expect(second.bundle).toEqual(first.bundle);
  const task = await loadTask(join(await store.folder(first.bundle), 'task.yaml'));
  const { documents } = await readTaskData(task, { limit: null });
  expect([task.fields.text(documents[0]!, 0), task.fields.target(documents[0]!, 0)]).toEqual(['1+1=', '2']);
});

test('the demo tasks come with their data; an unknown name gets the nearest', async () => {
  const root = await folder();
  const store = await openStore({ root: join(root, 'store') });
  onTestFinished(() => store.close());
  const names = (await builtinTasks()).filter((name) => name.startsWith('demo_'));
  expect(names).toContain('demo_arithmetic');
  for (const name of names)
    for (const documents of (await bundleTask({ nameOrPath: name, store })).documents)
      expect(documents).toBeGreaterThan(0);
  await expect(bundleTask({ nameOrPath: 'demo_aritmetic', store })).rejects.toMatchObject({
    code: 'invalid-spec',
    hint: expect.stringContaining('Did you mean "demo_arithmetic"?') as string,
  });
});
