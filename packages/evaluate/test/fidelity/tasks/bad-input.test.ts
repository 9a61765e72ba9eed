import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importModel } from '@quantloop/models';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ENGINES } from '../../../src/engines/engines.ts';
import { readTaskData } from '../../../src/fidelity/tasks/data/task-data.ts';
import { loadTask } from '../../../src/fidelity/tasks/load-task.ts';
import { scoreDocuments } from '../../../src/fidelity/tasks/score-documents.ts';
import type { TaskModel } from '../../../src/fidelity/tasks/task-model.ts';
import { lines, taskFolder } from '../../support/task-folder.ts';

let root: string;
let demo: string;
let model: TaskModel;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quantloop-bad-'));
  demo = (await importModel({ source: 'builtin:demo', folder: join(root, 'demo') })).folder;
  model = await open(demo);
});
afterAll(async () => {
  await model[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

const open = (folder: string): Promise<TaskModel> =>
  ENGINES.onnxruntime.openForTasks({ folder, spec: { kind: 'onnxruntime', provider: 'cpu', threads: 2 } });

/** The demo model's weights with other files beside them. */
async function variant(change: (file: string) => Promise<void>): Promise<TaskModel> {
  const folder = await mkdtemp(join(root, 'variant-'));
  await cp(demo, folder, { recursive: true });
  await change(folder);
  const opened = await open(folder);
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

async function score(task: object, rows: readonly object[], using = model) {
  const common = {
    task: 'tiny',
    dataset_path: 'json',
    dataset_kwargs: { data_files: { test: 'rows.jsonl' } },
    test_split: 'test',
  };
  const folder = await taskFolder({ 'task.yaml': { ...common, ...task }, 'rows.jsonl': lines(rows) });
  const loaded = await loadTask(join(folder, 'task.yaml'));
  const { documents, shots } = await readTaskData(loaded, { limit: null });
  const ids = documents.map((_, i) => i);
  return scoreDocuments({ task: loaded, model: using, documents, ids, shots });
}

const question = {
  output_type: 'multiple_choice',
  doc_to_text: 'q',
  doc_to_choice: 'choices',
  doc_to_target: 'gold',
  metric_list: [{ metric: 'acc' }],
};
const choices = ['4', '5'];
const continuation = { output_type: 'loglikelihood', doc_to_text: 'q', doc_to_target: 'a' };
const rolling = { output_type: 'loglikelihood_rolling', doc_to_target: '{{q}}' };

describe('gold answers', () => {
  test('out of range are always wrong, as in lm-eval; the others are judged', async () => {
    const rows = [2, -1, 99, 0, 1].map((gold) => ({ q: '2+2=', choices, gold }));
    const acc = (await score(question, rows)).map(({ values }) => values['acc']!);
    expect(acc.slice(0, 3)).toEqual([0, 0, 0]);
    expect(acc[3]! + acc[4]!).toBe(1);
  });

  test('that are the text of no choice are an error with the choices', async () => {
    await expect(score(question, [{ q: '2+2=', choices, gold: 'four' }])).rejects.toMatchObject({
      code: 'invalid-spec',
      message: 'tiny: the target "four" of document 0 is none of its choices',
      hint: 'The choices are ["4","5"].',
    });
  });
});

describe('empty documents', () => {
  test('an empty text adds its one empty word and no likelihood, as in lm-eval', async () => {
    const [empty, other] = await score(rolling, [{ q: '' }, { q: 'The cat sat.' }]);
    // The tokenizer itself puts BOS before a text, which is scored.
    expect(empty!.values).toMatchObject({ words: 1, bytes: 0 });
    expect(other!.values).toMatchObject({ words: 3, bytes: 12 });
    expect(empty!.values['loglikelihood']!).toBeGreaterThan(other!.values['loglikelihood']!);
  });

  test('an empty question is asked after BOS', async () => {
    const [first] = await score(continuation, [{ q: '', a: 'The' }]);
    const [bos] = await model.score([
      { tokens: [0, ...model.tokenizer.encode('The', { addSpecialTokens: false })], from: 1, label: 'bos' },
    ]);
    const sum = bos!.logProbabilities.reduce((total, value) => total + value, 0);
    expect(first!.values['loglikelihood']).toBeCloseTo(sum, 4);
  });

  test('an empty choice is an error that names document and choice', async () => {
    const task = { ...question, target_delimiter: '' };
    await expect(score(task, [{ q: '2+2=', choices: ['4', ''], gold: 0 }])).rejects.toMatchObject({
      code: 'invalid-spec',
      message: expect.stringMatching(/tiny, document 0, choice 1: the answer "" has no tokens/) as string,
    });
  });

  test('an empty list of choices is an error', async () => {
    await expect(score(question, [{ q: '2+2=', choices: [], gold: 0 }])).rejects.toThrow(
      'tiny: doc_to_choice of document 0 is [], expected a list',
    );
  });
});

describe('contexts longer than the window', () => {
  const long = 'the cat sat on the mat. '.repeat(200);

  test('are cut from the left: what lies before the window changes nothing', async () => {
    expect(model.tokenizer.encode(long).length).toBeGreaterThan(model.maxLength);
    const [a, b] = await score(continuation, [
      { q: long, a: ' The' },
      { q: `Something else. ${long}`, a: ' The' },
    ]);
    expect(a!.values['loglikelihood']).toBeCloseTo(b!.values['loglikelihood']!, 4);
  });

  test('leave room for the answer that is generated', async () => {
    const task = {
      doc_to_text: 'q',
      doc_to_target: 'a',
      generation_kwargs: { until: ['\n'], max_gen_toks: 4 },
    };
    const [result] = await score(task, [{ q: long, a: 'x' }]);
    expect(
      model.tokenizer.encode(result!.sample.responses[0]!, { addSpecialTokens: false }).length,
    ).toBeLessThanOrEqual(4);
    const greedy = { ...task, generation_kwargs: { max_gen_toks: 512 } };
    await expect(score(greedy, [{ q: 'x', a: 'x' }])).rejects.toMatchObject({
      code: 'invalid-spec',
      message: 'tiny: max_gen_toks is 512, the model reads 512 tokens',
    });
  });
});

test('without a BOS token an empty context is the EOS token', async () => {
  const without = await variant(async (folder) => {
    const edit = async (name: string, change: (json: Record<string, unknown>) => void) => {
      const json = JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, unknown>;
      change(json);
      await writeFile(join(folder, name), JSON.stringify(json));
    };
    await edit('tokenizer.json', (json) => (json['post_processor'] = null));
    await edit('tokenizer_config.json', (json) =>
      Object.assign(json, { bos_token: null, add_bos_token: false }),
    );
    await edit('config.json', (json) => delete json['bos_token_id']);
    await rm(join(folder, 'generation_config.json'), { force: true });
  });
  expect([without.tokenizer.bosId, without.tokenizer.prefixId]).toEqual([undefined, 1]);
  const [result] = await score(continuation, [{ q: '', a: 'The cat' }], without);
  const tokens = [1, ...without.tokenizer.encode('The cat')];
  const [direct] = await without.score([{ tokens, from: 1, label: 'eos' }]);
  const sum = direct!.logProbabilities.reduce((total, value) => total + value, 0);
  expect(result!.values['loglikelihood']).toBeCloseTo(sum, 4);
});

test.for([
  [true, 3],
  [false, 1],
] as const)(
  'a character outside the vocabulary, byte fallback %s, is scored as %d tokens',
  async ([fallback, count]) => {
    const hex = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
    const bytes = Array.from({ length: 256 }, (_, byte) => hex(byte));
    const words = ['<unk>', '<s>', '</s>', ...bytes, 'a', 'b', ' '];
    const other = await variant(async (folder) => {
      const vocab = Object.fromEntries(words.map((word, id) => [word, id]));
      const special = (id: number) => ({
        id,
        content: words[id],
        special: true,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
      });
      await writeFile(
        join(folder, 'tokenizer.json'),
        JSON.stringify({
          version: '1.0',
          added_tokens: [0, 1, 2].map(special),
          normalizer: null,
          pre_tokenizer: null,
          post_processor: null,
          decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] },
          model: {
            type: 'BPE',
            unk_token: '<unk>',
            fuse_unk: true,
            byte_fallback: fallback,
            vocab,
            merges: [],
          },
        }),
      );
      await writeFile(
        join(folder, 'tokenizer_config.json'),
        JSON.stringify({ bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' }),
      );
    });
    const tokens = other.tokenizer.encode('猫', { addSpecialTokens: false });
    expect(tokens).toHaveLength(count);
    const [result] = await score(continuation, [{ q: 'a b', a: '猫' }], other);
    const context = other.tokenizer.encode('a b');
    const [direct] = await other.score([
      { tokens: [...context, ...tokens], from: context.length, label: 'direct' },
    ]);
    expect(direct!.logProbabilities).toHaveLength(count);
    const sum = direct!.logProbabilities.reduce((total, value) => total + value, 0);
    expect(result!.values['loglikelihood']).toBeCloseTo(sum, 4);
  },
);
