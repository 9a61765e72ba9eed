import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleTask } from '@quantloop/evaluate';
import { describe, expect, test } from 'vitest';
import { makeFilter } from '../../../src/fidelity/tasks/filters.ts';
import { loadTask } from '../../../src/fidelity/tasks/load-task.ts';
import { lines, taskFolder, taskStore } from '../../support/task-folder.ts';

const TASK = {
  task: 'tiny',
  dataset_path: 'json',
  dataset_kwargs: { data_files: { test: 'rows.jsonl' } },
  test_split: 'test',
  output_type: 'generate_until',
  doc_to_text: '{{q}}',
  doc_to_target: '{{a}}',
};
const ROWS = lines([{ q: '2+2=', a: '4' }]);

/** `collection/tasks/task.yaml` with rows beside it, and a file of secrets above the collection. */
async function site(task: object | string, more: Record<string, unknown> = {}): Promise<string> {
  const root = await taskFolder({
    'secret.jsonl': lines([{ q: 'secret', a: 'secret' }]),
    'secret.yaml': { doc_to_text: 'secret' },
    'collection/tasks/task.yaml': task,
    'collection/tasks/rows.jsonl': ROWS,
    'collection/shared.yaml': { description: 'shared ' },
    ...more,
  });
  return join(root, 'collection', 'tasks', 'task.yaml');
}
const bundle = async (file: string) => bundleTask({ nameOrPath: file, store: await taskStore() });

describe('a task file', () => {
  const data = (files: unknown) => ({ ...TASK, dataset_kwargs: { data_files: files } });
  test.each<[string, object | string, RegExp]>([
    [
      'includes a file outside its collection',
      { ...TASK, include: '../../secret.yaml' },
      /leaves the folder/,
    ],
    ['includes a file of the system', { ...TASK, include: '/etc/passwd' }, /leaves the folder/],
    ['includes itself', { ...TASK, include: 'task.yaml' }, /includes itself/],
    ['names data outside its collection', data({ test: '../../secret.jsonl' }), /leaves the folder/],
    ['names data of the system', data({ test: '/etc/hostname' }), /leaves the folder/],
    [
      'names a folder outside its collection',
      { ...TASK, dataset_path: '../..', dataset_kwargs: null },
      /leaves the folder/,
    ],
    [
      'calls Python',
      `task: tiny\ntest_split: test\ndataset_path: json\ndoc_to_text: !function os.system\n`,
      /no equivalent here/,
    ],
    ['makes Python', 'task: !!python/object/apply:os.system [ls]', /not YAML|unresolved/i],
    ['is Python', { ...TASK, class: 'task.Task' }, /is not followed: its task is a Python class/],
    ['brings the prototype', '{"__proto__": {"task": "x"}}', /unknown field "__proto__"/],
    [
      'is a bomb of aliases',
      `a: &a [${'x,'.repeat(99)}]\nb: &b [${'*a,'.repeat(60)}]\nc: [${'*b,'.repeat(60)}]`,
      /alias/,
    ],
    ['is a thousand levels deep', '['.repeat(1000) + ']'.repeat(1000), /deep|is not YAML/],
    ['is longer than any', `task: ${'x'.repeat(2 ** 21)}`, /no more than/],
    ['loops over a billion', { ...TASK, doc_to_text: '{% for i in range(999999999) %}x{% endfor %}' }, /.+/],
    [
      'reaches for code',
      { ...TASK, doc_to_text: '{{ q.constructor.constructor("return process")() }}' },
      /.+/,
    ],
  ])('that %s is refused', async (_, task, message) => {
    await expect(bundle(await site(task))).rejects.toMatchObject({
      code: expect.stringMatching(/^(invalid-spec|unsupported)$/) as string,
      message: expect.stringMatching(message) as string,
    });
  });

  test('whose data or include is a link that leads out is refused', async () => {
    const linked = await site({ ...TASK, dataset_kwargs: { data_files: { test: 'linked.jsonl' } } });
    await symlink('../../secret.jsonl', join(dirname(linked), 'linked.jsonl'));
    await expect(bundle(linked)).rejects.toMatchObject({ code: 'invalid-spec' });
    const including = await site({ ...TASK, include: 'linked.yaml' });
    await symlink('../../secret.yaml', join(dirname(including), 'linked.yaml'));
    await expect(bundle(including)).rejects.toMatchObject({ code: 'invalid-spec' });
  });

  test('whose included file brings the prototype is refused like any unknown field', async () => {
    const file = await site(
      { ...TASK, include: 'base.yaml' },
      { 'collection/tasks/base.yaml': '{"__proto__": {"x": 1}}' },
    );
    await expect(bundle(file)).rejects.toMatchObject({
      message: expect.stringMatching(/"__proto__"/) as string,
    });
  });

  test('in a folder of data that links out is refused', async () => {
    const file = await site({ ...TASK, dataset_path: 'rows', dataset_kwargs: null });
    await mkdir(join(dirname(file), 'rows'));
    await symlink('../../../secret.jsonl', join(dirname(file), 'rows', 'test.jsonl'));
    await expect(bundle(file)).rejects.toMatchObject({ code: 'invalid-spec' });
  });

  test('includes and data of its collection are read, from the folder above too', async () => {
    const file = await site({
      ...TASK,
      include: '../shared.yaml',
      dataset_kwargs: { data_files: { test: 'above.jsonl' } },
    });
    await writeFile(join(dirname(dirname(file)), 'above.jsonl'), ROWS);
    expect((await loadTask(file)).definition.description).toBe('shared ');
    expect((await bundle(file)).documents).toEqual([1]);
  });
});

test(
  'a filter whose pattern tries all ways ends, naming task, filter and pattern',
  { timeout: 60_000 },
  () => {
    const pipeline = { name: 'strict', filter: [{ function: 'regex', regex_pattern: '^(\\w+\\s?)+$' }] };
    const answer = makeFilter(pipeline, 'task.yaml', { task: 'tiny', dataset_path: 'json', repeats: 1 });
    expect(answer(['one two'], {})).toEqual(['two']);
    expect(() => answer([`${'a'.repeat(60)}!`], {})).toThrowError(
      expect.objectContaining({
        code: 'timeout',
        message: expect.stringMatching(
          /task\.yaml: filter_list "strict".*on a text of 61 characters/,
        ) as string,
      }) as Error,
    );
  },
);
