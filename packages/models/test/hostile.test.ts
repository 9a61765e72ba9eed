import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkSource, importModel, loadChatTemplate, loadTokenizer } from '@quantloop/models';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.ts';
import { TINY, tinyWeights, writeTinyCheckpoint } from './support/tiny-llama.ts';

const root = temporaryFolder();
let folders = 0;

function tinyFolder(): string {
  const folder = join(root, String(folders++));
  writeTinyCheckpoint({ folder, config: TINY, weights: tinyWeights(TINY) });
  return folder;
}

/** The file itself is somewhere else, whole and valid. */
function moveOut(folder: string, name: string): void {
  const elsewhere = join(root, `elsewhere-${folders++}`);
  renameSync(join(folder, name), elsewhere);
  symlinkSync(elsewhere, join(folder, name));
}

function editJson(file: string, edit: (json: Record<string, unknown>) => void): void {
  const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  edit(json);
  writeFileSync(file, JSON.stringify(json));
}

const replace = (name: string, content: string) => (folder: string) =>
  writeFileSync(join(folder, name), content);
const sparse = (name: string, bytes: number) => (folder: string) => {
  rmSync(join(folder, name), { force: true });
  execFileSync('truncate', ['-s', String(bytes), join(folder, name)]);
};

describe('a model folder', () => {
  test.each<[string, (folder: string) => void, string, RegExp]>([
    ...['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'].map(
      (name) =>
        [
          `whose ${name} is a link to a file elsewhere`,
          (folder: string) => moveOut(folder, name),
          'model-corrupt',
          /is a link that leaves the folder/,
        ] as [string, (folder: string) => void, string, RegExp],
    ),
    [
      'whose shard is a link to a file elsewhere',
      (folder) => {
        renameSync(join(folder, 'model.safetensors'), join(folder, 'part.safetensors'));
        moveOut(folder, 'part.safetensors');
        replace(
          'model.safetensors.index.json',
          '{"weight_map":{"lm_head.weight":"part.safetensors"}}',
        )(folder);
      },
      'model-corrupt',
      /is a link that leaves the folder/,
    ],
    ...['config.json', 'tokenizer.json'].map(
      (name) =>
        [
          `whose ${name} is a named pipe`,
          (folder: string) => {
            rmSync(join(folder, name));
            execFileSync('mkfifo', [join(folder, name)]);
          },
          'model-corrupt',
          /is not a regular file/,
        ] as [string, (folder: string) => void, string, RegExp],
    ),
    [
      'with a tokenizer.json of 200 GB',
      sparse('tokenizer.json', 2e11),
      'model-corrupt',
      /no more than \d+ are read/,
    ],
    [
      'with a config.json of 200 GB',
      sparse('config.json', 2e11),
      'model-corrupt',
      /no more than \d+ are read/,
    ],
    [
      'with an index of 200 GB',
      sparse('model.safetensors.index.json', 2e11),
      'model-corrupt',
      /no more than/,
    ],
    [
      'whose model is Python code of its own',
      (folder) =>
        editJson(join(folder, 'config.json'), (config) => {
          config['model_type'] = 'own';
          config['architectures'] = ['OwnForCausalLM'];
          config['auto_map'] = { AutoModelForCausalLM: 'modeling_own.OwnForCausalLM' };
        }),
      'unsupported',
      /Python code of its own .*never run/,
    ],
    [
      'with pickled weights',
      (folder) => renameSync(join(folder, 'model.safetensors'), join(folder, 'pytorch_model.bin')),
      'unsupported',
      /pytorch_model\.bin, a pickle: reading one runs the code in it/,
    ],
    [
      'with the prototype for a key',
      replace('config.json', '{"__proto__":{"model_type":"llama"},"vocab_size":50}'),
      'unsupported',
      /No architecture/,
    ],
    [
      'with a message of megabytes to be quoted',
      (folder) =>
        editJson(join(folder, 'config.json'), (config) => void (config['model_type'] = 'x'.repeat(2 ** 22))),
      'unsupported',
      /more characters\)$/,
    ],
  ])('%s is refused, and nothing is written', async (_, damage, code, message) => {
    const folder = tinyFolder();
    damage(folder);
    const out = join(root, `out-${folders++}`);
    const expected = { code, message: expect.stringMatching(message) as string };
    await expect(checkSource(folder)).rejects.toMatchObject(expected);
    await expect(importModel({ source: folder, folder: out })).rejects.toMatchObject(expected);
    expect(() => readFileSync(out)).toThrow('ENOENT');
  });

  test('that is a link itself, or in the cache of the hub, is as good as any', async () => {
    const repository = join(root, 'models--org--name');
    const snapshot = join(repository, 'snapshots', 'c0ffee');
    const source = tinyFolder();
    mkdirSync(snapshot, { recursive: true });
    cpSync(source, join(repository, 'blobs'), { recursive: true });
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'])
      symlinkSync(join('..', '..', 'blobs', name), join(snapshot, name));
    symlinkSync(source, join(root, 'linked'));
    for (const folder of [snapshot, join(root, 'linked')])
      await expect(checkSource(folder)).resolves.toBeUndefined();
  });
});

describe('a tokenizer', () => {
  const broken = (edit: (json: Record<string, unknown>) => void) => {
    const folder = tinyFolder();
    editJson(join(folder, 'tokenizer.json'), edit);
    return loadTokenizer(folder).then((tokenizer) => tokenizer.encode(`${'a'.repeat(60)}!`));
  };
  const split = (Regex: string) => ({
    type: 'Split',
    pattern: { Regex },
    behavior: 'Isolated',
    invert: false,
  });

  test.each<[string, (json: Record<string, unknown>) => void, string]>([
    ['a pattern that tries all ways', (json) => (json['pre_tokenizer'] = split('(a+)+$')), 'timeout'],
    ['a pattern that is none', (json) => (json['pre_tokenizer'] = split('(((')), 'model-corrupt'],
    [
      'a pre-tokenizer of no kind',
      (json) => (json['pre_tokenizer'] = { type: 'Exec', command: 'ls' }),
      'model-corrupt',
    ],
    ['a pre-tokenizer that is a number', (json) => (json['pre_tokenizer'] = 7), 'model-corrupt'],
    [
      'a text that doubles sixty times',
      (json) =>
        (json['normalizer'] = {
          type: 'Sequence',
          normalizers: Array.from({ length: 60 }, () => ({
            type: 'Replace',
            pattern: { String: 'a' },
            content: 'aa',
          })),
        }),
      'model-corrupt',
    ],
    [
      'ids that are no numbers',
      (json) => ((json['model'] as Record<string, unknown>)['vocab'] = { a: 'b' }),
      'model-corrupt',
    ],
  ])('with %s is refused', { timeout: 60_000 }, async (_, edit, code) => {
    await expect(broken(edit)).rejects.toMatchObject({ code });
  });
});

describe('a chat template', () => {
  test.each([
    ['an endless loop', '{% for i in range(999999999) %}x{% endfor %}', 'invalid-spec'],
    ['code', '{{ messages.constructor.constructor("return process")() }}', 'invalid-spec'],
    ['no end', '{% for', 'model-corrupt'],
  ])('with %s is refused', async (_, source, code) => {
    const folder = tinyFolder();
    writeFileSync(join(folder, 'chat_template.jinja'), source);
    const render = async () => (await loadChatTemplate(folder))!.render([{ role: 'user', content: 'hi' }]);
    await expect(render()).rejects.toMatchObject({ code });
  });
});
