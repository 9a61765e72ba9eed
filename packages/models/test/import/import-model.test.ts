import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { checkSource, DEMO_MODEL, demoModelFolder, importModel, sourceDigest } from '@quantloop/models';
import {
  ExternalDataWriter,
  GraphBuilder,
  TensorReader,
  readModel,
  transpose,
  writeModel,
} from '@quantloop/onnx';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../support/decoder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TINY, type TinyConfig, tinyWeights, writeTinyCheckpoint } from '../support/tiny-llama.ts';

const root = temporaryFolder();
let count = 0;

function fresh(): string {
  return join(root, String(count++));
}

function tinySource(overrides: Partial<TinyConfig> = {}, tokens?: number): string {
  const folder = fresh();
  const config = { ...TINY, ...overrides };
  writeTinyCheckpoint({
    folder,
    config,
    weights: tinyWeights(config),
    ...(tokens === undefined ? {} : { tokens }),
  });
  return folder;
}

function editJson(file: string, edit: (value: Record<string, unknown>) => void): void {
  const value = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  edit(value);
  writeFileSync(file, JSON.stringify(value));
}

async function failure(source: string): Promise<QuantloopError> {
  const parent = fresh();
  mkdirSync(parent);
  const error = await importModel({ source, folder: join(parent, 'out') }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(QuantloopError);
  expect(readdirSync(parent), 'nothing is left behind').toEqual([]);
  expect((error as QuantloopError).hint).toBeTruthy();
  return error as QuantloopError;
}

describe('importing a checkpoint', () => {
  test('gives a folder with the decoder, its data, the configuration and the tokenizer', async () => {
    const progress: number[] = [];
    const { folder, provenance } = await importModel({
      source: tinySource(),
      folder: fresh(),
      onProgress: ({ done, total }) => progress.push(done / total),
    });
    expect(readdirSync(folder).sort()).toEqual([
      'config.json',
      'model.onnx',
      'model.onnx_data',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(provenance).toMatchObject({ 'import.kind': 'checkpoint', 'import.architecture': 'llama' });
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  test('stores weights as [in, out] under the names that quantization looks for, and a tied head once', async () => {
    const config = { ...TINY, num_hidden_layers: 1 };
    const weights = tinyWeights(config);
    const { folder } = await importModel({ source: tinySource({ num_hidden_layers: 1 }), folder: fresh() });
    await using reader = await TensorReader.open(join(folder, 'model.onnx'));
    const products = reader.model.graph!.node.filter(({ opType }) => opType.endsWith('MatMul'));
    expect(products.map(({ name, input: [, weight] }) => [name, weight, reader.info(weight!).dims])).toEqual([
      ...[
        ['self_attn/q_proj', [32, 64]],
        ['self_attn/k_proj', [32, 32]],
        ['self_attn/v_proj', [32, 32]],
        ['self_attn/o_proj', [64, 32]],
        ['mlp/gate_proj', [32, 44]],
        ['mlp/up_proj', [32, 44]],
        ['mlp/down_proj', [44, 32]],
      ].map(([module, dims]) => [
        `/model/layers.0/${String(module)}/MatMul`,
        `model.layers.0.${String(module).replace('/', '.')}.MatMul.weight`,
        dims,
      ]),
      ['/lm_head/MatMul', 'model.embed_tokens.weight', [50, 32]],
    ]);
    for (const [, name] of products.map(({ input }) => input)) {
      const { shape, values } = weights.get(name!.replace('.MatMul.weight', '.weight'))!;
      const [outputs, inputs] = shape as [number, number];
      const expected = name!.includes('MatMul') ? transpose(values, outputs, inputs) : values;
      expect(await reader.readFloat32(name!)).toEqual(expected);
    }
  });

  test('writes the same bytes every time', async () => {
    const source = tinySource({ tie_word_embeddings: false });
    const folders = [
      await importModel({ source, folder: fresh() }),
      await importModel({ source, folder: fresh() }),
    ];
    for (const name of ['model.onnx', 'model.onnx_data']) {
      const [first, second] = folders.map(({ folder }) => readFileSync(join(folder, name)));
      expect(first!.equals(second!)).toBe(true);
    }
  });

  test.each<[string, (folder: string) => void, string, RegExp]>([
    ['no config.json', (f) => rmSync(join(f, 'config.json')), 'model-corrupt', /config\.json cannot be read/],
    [
      'a broken config.json',
      (f) => writeFileSync(join(f, 'config.json'), '{'),
      'model-corrupt',
      /config\.json is not/,
    ],
    [
      'no tokenizer',
      (f) => rmSync(join(f, 'tokenizer.json')),
      'model-corrupt',
      /tokenizer\.json cannot be found/,
    ],
    [
      'a broken tokenizer',
      (f) => writeFileSync(join(f, 'tokenizer.json'), '[]'),
      'model-corrupt',
      /tokenizer\.json/,
    ],
    ['no weights', (f) => rmSync(join(f, 'model.safetensors')), 'unsupported', /holds no model/],
    [
      'an unknown architecture',
      (f) => editJson(join(f, 'config.json'), (c) => void (c['model_type'] = 'lama')),
      'unsupported',
      /model_type "lama"/,
    ],
    [
      'another rotary scaling',
      (f) =>
        editJson(join(f, 'config.json'), (c) => void (c['rope_scaling'] = { rope_type: 'yarn', factor: 2 })),
      'unsupported',
      /rope_scaling\.rope_type: rope scaling "yarn" is unsupported/,
    ],
    [
      'another activation',
      (f) => editJson(join(f, 'config.json'), (c) => void (c['hidden_act'] = 'gelu')),
      'unsupported',
      /hidden_act: activation "gelu"/,
    ],
    [
      'a quantized checkpoint',
      (f) => editJson(join(f, 'config.json'), (c) => void (c['quantization_config'] = { bits: 4 })),
      'unsupported',
      /quantized already/,
    ],
    [
      'key-value heads that do not divide the heads',
      (f) => editJson(join(f, 'config.json'), (c) => void (c['num_key_value_heads'] = 3)),
      'unsupported',
      /num_key_value_heads: 3 does not divide 4/,
    ],
    [
      'a missing layer',
      (f) => editJson(join(f, 'config.json'), (c) => void (c['num_hidden_layers'] = 3)),
      'model-corrupt',
      /missing tensors: model\.layers\.2\.input_layernorm\.weight, .*model\.layers\.2\.mlp\.down_proj\.weight/,
    ],
    [
      'weights of another shape',
      (f) => editJson(join(f, 'config.json'), (c) => void (c['intermediate_size'] = 45)),
      'model-corrupt',
      /gate_proj\.weight is \[44, 32\], config\.json says \[45, 32\]/,
    ],
    [
      'a head that is said to be untied, but is not there',
      (f) => editJson(join(f, 'config.json'), (c) => void (c['tie_word_embeddings'] = false)),
      'model-corrupt',
      /missing tensors: lm_head\.weight/,
    ],
  ])('refuses %s, and leaves nothing behind', async (_, spoil, code, message) => {
    const source = tinySource();
    spoil(source);
    expect(await failure(source)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('names the nearest and all known architectures', async () => {
    const source = tinySource();
    editJson(join(source, 'config.json'), (config) => void (config['model_type'] = 'lama'));
    expect((await failure(source)).hint).toMatch(/Did you mean "llama"\? Known: llama/);
  });

  test('refuses a tokenizer with more tokens than the model', async () => {
    const error = await failure(tinySource({}, 51));
    expect(error).toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(/up to 50, .* vocab_size 50/),
    });
  });

  test('refuses a source that is not there, and a built-in that is none', async () => {
    expect(await failure(fresh())).toMatchObject({
      code: 'invalid-spec',
      message: expect.stringMatching(/not there/),
    });
    expect(await failure('builtin:dema')).toMatchObject({
      code: 'invalid-spec',
      hint: 'Known: builtin:demo.',
    });
    expect(await failure('hf:nobody')).toMatchObject({ code: 'invalid-spec' });
  });

  test('does not write into a folder that is in use', async () => {
    const folder = fresh();
    mkdirSync(folder);
    writeFileSync(join(folder, 'mine.txt'), 'keep');
    const imported = importModel({ source: tinySource(), folder });
    await expect(imported).rejects.toMatchObject({
      code: 'invalid-spec',
      message: `${folder} is not empty.`,
    });
    expect(readdirSync(folder)).toEqual(['mine.txt']);
  });
});

describe('importing a ready ONNX folder', () => {
  async function onnxSource(): Promise<string> {
    return (await importModel({ source: tinySource(), folder: fresh() })).folder;
  }

  test('takes it in as it is, and it runs', async () => {
    const source = await onnxSource();
    const { folder, provenance } = await importModel({ source, folder: fresh() });
    expect(provenance['import.kind']).toBe('onnx');
    for (const name of readdirSync(source)) {
      expect(readFileSync(join(folder, name)).equals(readFileSync(join(source, name)))).toBe(true);
    }
    const decoder = await Decoder.open(folder);
    expect((await decoder.run([[1, 2, 3]])).at(0, 2)).toHaveLength(TINY.vocab_size);
    await decoder.close();
  });

  test('finds the model in onnx/, and follows links of a cache', async () => {
    const ready = await onnxSource();
    const repository = join(fresh(), 'models--org--name');
    const source = join(repository, 'snapshots', 'c0ffee');
    mkdirSync(join(source, 'onnx'), { recursive: true });
    cpSync(ready, join(repository, 'blobs'), { recursive: true });
    for (const name of readdirSync(ready)) {
      symlinkSync(
        join(repository, 'blobs', name),
        join(source, name.startsWith('model') ? join('onnx', name) : name),
      );
    }
    const { folder } = await importModel({ source, folder: fresh() });
    expect(
      readFileSync(join(folder, 'model.onnx_data')).equals(readFileSync(join(ready, 'model.onnx_data'))),
    ).toBe(true);
  });

  /** The same decoder with its files called otherwise; tokenizer and configuration beside `place`'s topmost folder. */
  async function calledOtherwise(place: string, data: string[]): Promise<string> {
    const ready = await onnxSource();
    const source = fresh();
    const home = join(source, dirname(place));
    mkdirSync(home, { recursive: true });
    for (const name of readdirSync(ready)) {
      if (!name.startsWith('model')) cpSync(join(ready, name), join(source, name));
    }
    await using reader = await TensorReader.open(join(ready, 'model.onnx'));
    const { initializer } = reader.model.graph!;
    for (const [turn, location] of data.entries()) {
      await using writer = await ExternalDataWriter.open({ folder: home, location });
      for (const [i, tensor] of initializer.entries()) {
        if (i % data.length === turn) initializer[i] = await writer.copy(reader, tensor);
      }
      await writer.commit();
    }
    await writeModel({ model: reader.model, file: join(source, place) });
    return source;
  }

  test.each([
    ['onnx/model.onnx', ['model.onnx_data', 'model.onnx_data_1']],
    ['decoder_model_merged.onnx', ['decoder_model_merged.onnx_data']],
    ['onnx/decoder_model_merged.onnx', ['decoder_model_merged.onnx_data']],
    ['onnx/model_fp16.onnx', ['model_fp16.onnx_data']],
    ['model.onnx', ['model.onnx.data']],
    ['llama.onnx', ['weights.bin']],
  ])('finds %s with its data %j, and calls it model.onnx', async (place, data) => {
    const source = await calledOtherwise(place, data);
    await checkSource(source);
    const { folder } = await importModel({ source, folder: fresh() });
    expect(
      readdirSync(folder)
        .filter((name) => /onnx|bin/.test(name))
        .sort(),
    ).toEqual(['model.onnx', ...data].sort());
    const decoder = await Decoder.open(folder);
    expect((await decoder.run([[1, 2, 3]])).at(0, 2)).toHaveLength(TINY.vocab_size);
    await decoder.close();
    expect(await sourceDigest(source)).not.toBe(await sourceDigest(tinySource()));
  });

  test('takes in what onnxruntime-genai writes, and keeps its configuration true', async () => {
    const source = await calledOtherwise('decoder.onnx', ['decoder.onnx.data']);
    rmSync(join(source, 'config.json'));
    const genai = {
      model: {
        type: 'llama',
        vocab_size: TINY.vocab_size,
        context_length: 64,
        eos_token_id: [1],
        decoder: {
          filename: 'decoder.onnx',
          head_size: TINY.head_dim,
          num_hidden_layers: 2,
          inputs: { input_ids: 'input_ids' },
        },
      },
      search: { past_present_share_buffer: true },
    };
    writeFileSync(join(source, 'genai_config.json'), JSON.stringify(genai));
    const { folder } = await importModel({ source, folder: fresh() });
    const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;
    expect(read('genai_config.json')).toEqual({
      ...genai,
      model: { ...genai.model, decoder: { ...genai.model.decoder, filename: 'model.onnx' } },
    });
    expect(read('config.json')).toEqual({
      model_type: 'llama',
      vocab_size: TINY.vocab_size,
      max_position_embeddings: 64,
      eos_token_id: [1],
      head_dim: TINY.head_dim,
      num_hidden_layers: 2,
    });
    writeFileSync(join(source, 'genai_config.json'), '{}');
    expect(await failure(source)).toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(/genai_config\.json is no configuration/),
    });
  });

  test('names the files when it cannot tell which is the decoder', async () => {
    const source = await calledOtherwise('onnx/model_q4.onnx', ['model_q4.onnx_data']);
    cpSync(join(source, 'onnx/model_q4.onnx'), join(source, 'onnx/model_bnb4.onnx'));
    expect(await failure(source)).toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/holds onnx\/model_bnb4\.onnx, onnx\/model_q4\.onnx: which/),
    });
  });

  test('takes in an encoder, whose tokenizer begins and ends no text; campaigns refuse it', async () => {
    const source = fresh();
    mkdirSync(source);
    const g = new GraphBuilder({ opset: 17, irVersion: 8 });
    const table = g.initializer('embeddings.weight', 'float32', [50, 8], new Float32Array(400).fill(1));
    const ids = ['input_ids', 'attention_mask', 'token_type_ids'].map((name) =>
      g.input(name, 'int64', ['b', 's']),
    );
    g.node('Gather', [table, ids[0]!], {
      outputs: [g.output('last_hidden_state', 'float32', ['b', 's', 8])],
    });
    await writeModel({ model: g.model(), file: join(source, 'model.onnx') });
    writeFileSync(join(source, 'config.json'), '{"model_type":"bert","vocab_size":50}');
    writeFileSync(
      join(source, 'tokenizer.json'),
      '{"model":{"type":"WordPiece","vocab":{"[CLS]":0,"[SEP]":1}}}',
    );
    const { folder } = await importModel({ source, folder: fresh() });
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'model.onnx', 'tokenizer.json']);
    await expect(checkSource(source)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/model\.onnx is an encoder: a campaign has nothing to evaluate it by/),
      hint: expect.stringContaining('quantloop quantize'),
    });
  });

  test('says what a merged decoder of older exporters needs', async () => {
    const source = await onnxSource();
    const file = join(source, 'model.onnx');
    const model = await readModel(file);
    model.graph!.input.push({ ...model.graph!.input[0]!, name: 'use_cache_branch' });
    await writeModel({ model, file });
    expect(await failure(source)).toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/use_cache_branch/),
      hint: expect.stringMatching(/Export again/),
    });
  });

  test('refuses inputs it cannot serve, and a model without a cache', async () => {
    const source = await onnxSource();
    const file = join(source, 'model.onnx');
    const model = await readModel(file);
    const { input } = model.graph!;
    model.graph!.input = input.map((value) =>
      value.name === 'attention_mask' ? { ...value, name: 'mask' } : value,
    );
    await writeModel({ model, file });
    expect(await failure(source)).toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/missing input attention_mask; unknown input mask/),
    });
    model.graph!.input = input.filter(({ name }) => !name.startsWith('past_key_values'));
    await writeModel({ model, file });
    expect(await failure(source)).toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/missing input past_key_values\.0\.key/),
    });
  });

  test('refuses a damaged model and missing or short external data', async () => {
    const source = await onnxSource();
    const data = join(source, 'model.onnx_data');
    const bytes = readFileSync(data);
    writeFileSync(data, bytes.subarray(0, -1));
    expect(await failure(source)).toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(/ends at byte/),
    });
    rmSync(data);
    expect(await failure(source)).toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(/be found/),
    });
    writeFileSync(join(source, 'model.onnx'), 'no model');
    expect(await failure(source)).toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(/model\.onnx/),
    });
  });
});

describe('the digest of a source', () => {
  test('follows content, not place', async () => {
    const [first, second] = [tinySource(), tinySource()];
    expect(await sourceDigest(first)).toBe(await sourceDigest(second));
    writeFileSync(join(second, 'README.md'), 'not read by the import');
    expect(await sourceDigest(first)).toBe(await sourceDigest(second));
    editJson(join(second, 'tokenizer_config.json'), (config) => void (config['eos_token'] = 'a'));
    expect(await sourceDigest(first)).not.toBe(await sourceDigest(second));
    expect(await sourceDigest(tinySource({ rope_theta: 9999 }))).not.toBe(await sourceDigest(first));
  });
});

const demo = existsSync(join(demoModelFolder(), 'model.safetensors'));
describe.skipIf(!demo)(`the demo model${demo ? '' : ' (skipped: not in this checkout)'}`, () => {
  test('is imported by its name and runs', async () => {
    const { folder } = await importModel({ source: DEMO_MODEL, folder: fresh() });
    const decoder = await Decoder.open(folder);
    expect((await decoder.run([[1, 2, 3]])).at(0, 2).every(Number.isFinite)).toBe(true);
    await decoder.close();
  });
});
