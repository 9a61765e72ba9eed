import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '@quantloop/artifacts';
import { parseCampaignFile } from '@quantloop/core';
import { bundleTask } from '@quantloop/evaluate';
import { Checkpoint, demoModelFolder, loadTokenizer } from '@quantloop/models';
import { ExternalDataWriter, GraphBuilder, TensorReader, verifyModel, writeModel } from '@quantloop/onnx';
import { readCampaignText } from '../src/campaign/campaign-text.ts';

/** A reader of files that somebody else wrote. */
export interface Target {
  /** The file that is damaged, in the folder given to the rest. */
  file: string;
  /** Writes that file whole, with what belongs to it. */
  prepare(folder: string): Promise<void>;
  /** Reads it, as far as the product would. */
  read(folder: string, scratch: string): Promise<void>;
  /** What hostile files of the kind are made of. */
  tokens: readonly string[];
}

const NUMBERS = ['-1', '0', '1e400', '9007199254740993', '18446744073709551615', '0.5', 'null', 'NaN'];
const JSON_TOKENS = [
  ...NUMBERS,
  '"__proto__":{"x":1},',
  '[[[[',
  '{"a":',
  '"',
  '\\u0000',
  '\\ud800',
  '../../x',
];
const YAML_TOKENS = [
  ...JSON_TOKENS,
  '&a ',
  '*a',
  '<<: *a',
  '!!js/function ',
  '!function os.system',
  '\n- ',
  ': ',
  '? ',
  '|2\n',
  '%YAML 9',
];
const PATTERNS = ['(a+)+$', '(a|aa)*$', '(?<=x)', '[', '(?:', '\\\\p{', '{99999}', '(.*)*'];

const safetensors: Target = {
  file: 'model.safetensors',
  tokens: JSON_TOKENS,
  async prepare(folder) {
    const tensors = {
      a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
      b: { dtype: 'BF16', shape: [4], data_offsets: [24, 32] },
    };
    const header = Buffer.from(JSON.stringify(tensors));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    await writeFile(join(folder, this.file), Buffer.concat([length, header, Buffer.alloc(32, 7)]));
  },
  async read(folder) {
    await using checkpoint = await Checkpoint.open(folder);
    for (const name of checkpoint.tensors.keys()) await checkpoint.read(name);
  },
};

const onnx: Target = {
  file: 'model.onnx',
  tokens: ['location', 'offset', 'length', '../model.onnx_data', '/etc/passwd', 'model.onnx', ...NUMBERS],
  async prepare(folder) {
    await using writer = await ExternalDataWriter.open({ folder });
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', ['rows', 40]);
    const data = Float32Array.from({ length: 640 }, (_, i) => i);
    const large = await writer.append({ name: 'large', type: 'float32', dims: [40, 16], data });
    const product = graph.node('MatMul', [x, graph.addInitializer(large)]);
    graph.node('Add', [product, graph.initializer('small', 'float32', [2], [1, 2])], {
      outputs: [graph.output('y', 'float32', ['rows', 16])],
    });
    await writer.commit();
    await writeModel({ model: graph.model(), file: join(folder, this.file) });
  },
  async read(folder) {
    const { model } = await verifyModel(join(folder, this.file));
    await using reader = new TensorReader({ model, file: join(folder, this.file) });
    for (const name of reader.names()) await reader.read(name);
  },
};

const campaign: Target = {
  file: 'campaign.yaml',
  tokens: YAML_TOKENS,
  prepare: (folder) =>
    writeFile(
      join(folder, 'campaign.yaml'),
      `campaign: night
models: [{ id: tiny, source: builtin:demo }]
targets:
  - { id: here, engine: { kind: onnxruntime, provider: cpu, threads: 1 } }
evaluation:
  fidelity: [{ task: demo_stories, limit: 3 }, { metric: kl-divergence, tokens: 200 }]
  performance: [{ scenario: offline, promptTokens: 4, newTokens: 2, batch: [1, 8] }]
requirements: { all: [{ metric: model.bytes, maxRatio: 0.5 }, { any: [{ metric: speed, minSpeedup: 1.5 }] }] }
objective: [{ minimize: model.bytes }]
search: { recipes: [{ method: [rtn, gptq], bits: [8, 4], granularity: [channel, { group: 32 }] }] }
budget: { trials: 40, wallClock: 6h }
schedule: { cron: '0 2 * * *', timeZone: Europe/Berlin }
`,
    ),
  async read(folder) {
    const { value, placeOf } = await readCampaignText(join(folder, this.file));
    placeOf(['search', 'recipes', 0, 'bits']);
    parseCampaignFile(value);
  },
};

const task: Target = {
  file: 'task.yaml',
  tokens: [
    ...YAML_TOKENS,
    ...PATTERNS,
    '{% for i in range(10**9) %}',
    '{{ q.constructor }}',
    'include: task.yaml',
  ],
  async prepare(folder) {
    await writeFile(join(folder, 'rows.jsonl'), '{"q":"2+2=","a":"4"}\n{"q":"1+2=","a":"3"}\n');
    await writeFile(
      join(folder, this.file),
      `task: tiny
dataset_path: json
dataset_kwargs: { data_files: { test: rows.jsonl } }
test_split: test
output_type: generate_until
doc_to_text: "{% if q is defined %}Q: {{q}}{% endif %}"
doc_to_target: "{{a}}"
generation_kwargs: { until: ["\\n"], max_gen_toks: 8 }
num_fewshot: 1
filter_list:
  - name: strict
    filter: [{ function: regex, regex_pattern: "(\\\\d+)" }, { function: take_first }]
metric_list: [{ metric: exact_match, aggregation: mean, regexes_to_ignore: [","] }]
metadata: { version: 1.0 }
`,
    );
  },
  async read(folder, scratch) {
    const store = await openStore({ root: scratch });
    try {
      const hub = { endpoint: 'http://127.0.0.1:9' };
      await bundleTask({ nameOrPath: join(folder, this.file), store, hub });
    } finally {
      await store.close();
    }
  },
};

const tokenizer: Target = {
  file: 'tokenizer.json',
  tokens: [
    ...JSON_TOKENS,
    ...PATTERNS,
    '"Regex"',
    '"Sequence"',
    '"Split"',
    '"ByteLevel"',
    '"Replace"',
    '"type":',
  ],
  async prepare(folder) {
    for (const name of ['tokenizer.json', 'tokenizer_config.json', 'config.json'])
      await cp(join(demoModelFolder(), name), join(folder, name));
  },
  async read(folder) {
    const { encode, decode } = await loadTokenizer(folder);
    decode(encode(`Once upon a time ${'a'.repeat(40)}!`));
  },
};

export const TARGETS = { safetensors, onnx, campaign, task, tokenizer } satisfies Record<string, Target>;
export type TargetName = keyof typeof TARGETS;
