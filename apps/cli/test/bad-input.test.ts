import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { digestOfBytes } from '@quantloop/artifacts';
import { DEMO_MODEL, demoCalibrationFile, demoModelFolder, importModel } from '@quantloop/models';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from './support/run-cli.ts';

const CAMPAIGN = `campaign: small
models:
  - { id: tiny, source: builtin:demo }
targets:
  - { id: this-cpu, engine: { kind: onnxruntime, provider: cpu } }
evaluation:
  fidelity: [{ task: demo_arithmetic, limit: 10 }]
  performance: [{ scenario: single-stream, promptTokens: 8, newTokens: 4 }]
requirements: { metric: demo_arithmetic.exact_match, maxDrop: 0.1 }
objective: { minimize: model.bytes }
search:
  recipes: [{ method: rtn, bits: 8, granularity: channel }]
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Case {
  what: string;
  /** Text of the good campaign → what stands there instead. */
  change: [string, string];
  says: RegExp;
}

const CASES: Case[] = [
  {
    what: 'an unknown key',
    change: ['promptTokens: 8', 'promptToken: 8'],
    says: /campaign\.yaml:8:\d+ {2}evaluation\.performance\[0\]\.promptToken {2}unknown key "promptToken"\. Did you mean "promptTokens"\?/,
  },
  {
    what: 'an unknown method',
    change: ['method: rtn', 'method: rtm'],
    says: /campaign\.yaml:12:\d+ {2}search\.recipes\[0\]\.method {2}unknown method "rtm"\. Did you mean "rtn"\?/,
  },
  {
    what: 'an unknown metric',
    change: ['metric: demo_arithmetic.exact_match', 'metric: demo_arithmetic.exact_mach'],
    says: /campaign\.yaml:9:\d+ {2}requirements\.metric {2}unknown metric "demo_arithmetic\.exact_mach"\. Did you mean "demo_arithmetic\.exact_match"\?/,
  },
  {
    what: 'an unknown task',
    change: ['task: demo_arithmetic,', 'task: demo_arithmetics,'],
    says: /campaign\.yaml:7:\d+ {2}evaluation\.fidelity\[0\]\.task {2}.*demo_arithmetic/,
  },
  {
    what: 'data of a task that is not there',
    change: ['task: demo_arithmetic,', 'task: piqa, data: ./none,'],
    says: /campaign\.yaml:7:\d+ {2}evaluation\.fidelity\[0\]\.task {2}piqa: there is no data at \/.*none Give a file, or a folder/,
  },
  {
    what: 'an impossible combination',
    change: ['granularity: channel', 'granularity: { group: 7 }'],
    says: /campaign\.yaml:12:\d+ {2}search\.recipes\[0\]\.granularity {2}rtn cannot have granularity group 7\. It can have group /,
  },
  {
    what: 'an unknown role of a mix',
    change: ['granularity: channel', 'mix: [{ roles: [dwon_proj], recipe: keep }]'],
    says: /campaign\.yaml:12:\d+ {2}search\.recipes\[0\]\.mix\[0\]\.roles\[0\] {2}unknown role "dwon_proj"\. Did you mean "down_proj"\?/,
  },
  {
    what: 'an empty range of layers in a mix',
    change: ['granularity: channel', 'mix: [{ layers: 3-1, recipe: keep }]'],
    says: /campaign\.yaml:12:\d+ {2}search\.recipes\[0\]\.mix\[0\]\.layers {2}the range 3-1 is empty\. Write 1-3\./,
  },
  {
    what: 'an unknown method in a mix',
    change: ['granularity: channel', 'mix: [{ layers: 0, recipe: { method: rtm } }]'],
    says: /campaign\.yaml:12:\d+ {2}search\.recipes\[0\]\.mix\[0\]\.recipe\.method {2}unknown method "rtm"\. Did you mean "rtn"\?/,
  },
  {
    what: 'a provider that is not there',
    change: ['provider: cpu', 'provider: coreml'],
    says: /campaign\.yaml:5:\d+ {2}targets\[0\]\.engine\.provider {2}this machine has no provider "coreml"\. It has cpu/,
  },
  {
    what: 'a model folder that is not there',
    change: ['source: builtin:demo', 'source: ./nowhere'],
    says: /campaign\.yaml:3:\d+ {2}models\[0\]\.source {2}there is no folder .*nowhere/,
  },
  {
    what: 'calibration texts that are not there',
    change: ['evaluation:', 'calibration: { file: ./none.jsonl }\nevaluation:'],
    says: /campaign\.yaml:6:\d+ {2}calibration {2}\/.*none\.jsonl: there is no such file\./,
  },
  {
    what: 'calibration texts in another field',
    change: ['evaluation:', `calibration: { file: ${demoCalibrationFile()}, field: txt }\nevaluation:`],
    says: /campaign\.yaml:6:\d+ {2}calibration {2}.*:1: no text in the field "txt"\. Did you mean "text"\?/,
  },
  {
    what: 'an unknown key of the calibration',
    change: ['evaluation:', 'calibration: { file: ./none.jsonl, sample: 3 }\nevaluation:'],
    says: /campaign\.yaml:6:\d+ {2}calibration\.sample {2}unknown key "sample"\. Did you mean "samples"\?/,
  },
  {
    what: 'text that is not YAML',
    change: ['campaign: small', 'campaign: [small'],
    says: /campaign\.yaml:\d+:\d+ {2}.*\n {6}The file has to be YAML or JSON\./,
  },
];

/** What is in the folder besides the campaign file and models put there by the test. */
async function written(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name !== 'campaign.yaml' && name !== 'model');
}

describe('a campaign that cannot run', () => {
  for (const { what, change, says } of CASES) {
    it(`is refused for ${what}, with its place and the way out, before anything is written`, async () => {
      expect(CAMPAIGN).toContain(change[0]);
      await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN.replace(...change));
      const { code, stdout, stderr } = await runCli(['run', 'campaign.yaml'], { cwd: folder });
      expect(stderr).toMatch(says);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect({ code, stdout, written: await written() }).toEqual({ code: 2, stdout: '', written: [] });
    });
  }

  it('says the command that comes next, and of arguments which help to read', async () => {
    await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN.replace('bits: 8', 'bits: eight'));
    const wrong = await runCli(['plan', 'campaign.yaml'], { cwd: folder });
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      'error campaign.yaml:12:28  search.recipes[0].bits  Invalid input: expected number or array.\n' +
        '      `quantloop validate campaign.yaml` looks again, and runs nothing.\n',
    ]);
    const none = await runCli(['run', 'none.yaml'], { cwd: folder });
    expect(none.stderr).toContain('none.yaml: there is no such file\n      `quantloop init` writes');
    const unknown = await runCli(['run', 'campaign.yaml', '--nosuch'], { cwd: folder });
    expect([unknown.code, unknown.stdout, unknown.stderr]).toEqual([
      2,
      '',
      "error unknown option '--nosuch'\n      See `quantloop run --help`.\n",
    ]);
    const asJson = await runCli(['schedule', 'aply', '--json'], { cwd: folder });
    expect([asJson.stderr, JSON.parse(asJson.stdout)]).toEqual([
      '',
      {
        error: {
          code: 'invalid-input',
          message: "unknown command 'aply'\n(Did you mean apply?)",
          hint: 'See `quantloop schedule --help`.',
        },
      },
    ]);
  });

  it('names everything that is wrong at once, as JSON too', async () => {
    const text = CAMPAIGN.replace('method: rtn', 'method: rtm').replace('model.bytes', 'model.byte');
    await writeFile(join(folder, 'campaign.yaml'), text);
    const { code, stdout } = await runCli(['validate', 'campaign.yaml', '--json'], { cwd: folder });
    const { error } = JSON.parse(stdout) as { error: { issues: { line: number; path: unknown }[] } };
    expect(code).toBe(2);
    expect(error.issues.map(({ line, path }) => ({ line, path }))).toEqual([
      { line: 12, path: ['search', 'recipes', 0, 'method'] },
      { line: 10, path: ['objective'] },
    ]);
  });
});

async function campaignWithModel(
  spoil: (model: string) => Promise<void>,
  source = demoModelFolder(),
): Promise<void> {
  const model = join(folder, 'model');
  await mkdir(model);
  await cp(source, model, { recursive: true });
  await spoil(model);
  await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN.replace('builtin:demo', './model'));
}

describe('a model that cannot be used', () => {
  const spoiled: [string, RegExp, (model: string) => Promise<void>][] = [
    [
      'its weights are truncated',
      /models\[0\]\.source {2}.*model\.safetensors/,
      (model) => truncate(join(model, 'model.safetensors'), 100_000),
    ],
    [
      'its weights are missing',
      /models\[0\]\.source {2}.* holds no model: looked for model\.safetensors/,
      (model) => rm(join(model, 'model.safetensors')),
    ],
    [
      'its header lies about its size',
      /models\[0\]\.source {2}.*model\.safetensors/,
      async (model) => {
        const file = join(model, 'model.safetensors');
        const bytes = await readFile(file);
        bytes.writeBigUInt64LE(2n ** 40n);
        await writeFile(file, bytes);
      },
    ],
    [
      'its architecture is not known',
      /models\[0\]\.source {2}No architecture for model_type "mamba"\. Known: llama/,
      async (model) => {
        const file = join(model, 'config.json');
        const config = JSON.parse(await readFile(file, 'utf8')) as object;
        await writeFile(
          file,
          JSON.stringify({ ...config, model_type: 'mamba', architectures: ['MambaForCausalLM'] }),
        );
      },
    ],
    [
      'a tensor of its header lies about its size',
      /models\[0\]\.source {2}.*model\.safetensors/,
      (model) => rewriteHeader(join(model, 'model.safetensors')),
    ],
    [
      'its tokenizer does not fit its weights',
      /models\[0\]\.source {2}.*tokenizer\.json has token ids up to \d+, but config\.json says vocab_size \d+/,
      async (model) => {
        const file = join(model, 'tokenizer.json');
        const tokenizer = JSON.parse(await readFile(file, 'utf8')) as { added_tokens: object[] };
        tokenizer.added_tokens.push({
          id: 9_999_999,
          content: '<one-too-many>',
          special: true,
          single_word: false,
          lstrip: false,
          rstrip: false,
          normalized: false,
        });
        await writeFile(file, JSON.stringify(tokenizer));
      },
    ],
  ];
  for (const [what, says, spoil] of spoiled) {
    it(`is refused when ${what}, before anything is written`, async () => {
      await campaignWithModel(spoil);
      const { code, stderr } = await runCli(['run', 'campaign.yaml'], { cwd: folder });
      expect(stderr).toMatch(says);
      expect({ code, written: await written() }).toEqual({ code: 2, written: [] });
    });
  }
});

describe('an ONNX folder that cannot be used', () => {
  let good: string;
  beforeAll(async () => {
    good = join(await mkdtemp(join(tmpdir(), 'quantloop-test-')), 'onnx');
    await importModel({ source: DEMO_MODEL, folder: good });
  });
  afterAll(() => rm(dirname(good), { recursive: true }));

  const spoiled: [string, RegExp, (model: string) => Promise<void>][] = [
    [
      'its graph is cut off',
      /models\[0\]\.source {2}.*model\.onnx/,
      async (model) => {
        const file = join(model, 'model.onnx');
        await truncate(file, Math.floor((await stat(file)).size / 2));
      },
    ],
    [
      'its graph is noise',
      /models\[0\]\.source {2}.*model\.onnx/,
      (model) => writeFile(join(model, 'model.onnx'), Buffer.alloc(5000, 0xff)),
    ],
    [
      'its external data lies outside its folder',
      /models\[0\]\.source {2}.*\.\.\/mo\.onnx_data/,
      async (model) => {
        const file = join(model, 'model.onnx');
        const graph = (await readFile(file)).toString('latin1');
        // As long as the good name, so that the lengths around it stay right.
        await writeFile(file, Buffer.from(graph.replaceAll('model.onnx_data', '../mo.onnx_data'), 'latin1'));
        await rename(join(model, 'model.onnx_data'), join(folder, 'mo.onnx_data'));
      },
    ],
    [
      'its external data is cut off',
      /models\[0\]\.source {2}.*model\.onnx_data/,
      (model) => truncate(join(model, 'model.onnx_data'), 100_000),
    ],
    [
      'its external data is missing',
      /models\[0\]\.source {2}.*model\.onnx_data/,
      (model) => rm(join(model, 'model.onnx_data')),
    ],
  ];
  for (const [what, says, spoil] of spoiled) {
    it(`is refused when ${what}, before anything is written`, async () => {
      await campaignWithModel(spoil, good);
      const { code, stderr } = await runCli(['run', 'campaign.yaml'], { cwd: folder });
      expect(stderr).toMatch(says);
      const left = (await written()).filter((name) => name !== 'mo.onnx_data');
      expect({ code, left }).toEqual({ code: 2, left: [] });
    });
  }
});

describe('an output folder from another version', () => {
  const places: [string, string][] = [
    ['of an earlier run', 'out/small/20200101-000000/trials.json'],
    ['that is the run itself', 'out/small/decision.json'],
  ];
  for (const [what, file] of places) {
    it(`${what} is refused before anything runs, and stays as it was`, async () => {
      await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), '{"schemaVersion":99}');
      const { code, stderr } = await runCli(['run', 'campaign.yaml', '--out', 'out'], { cwd: folder });
      expect(stderr).toContain(`${file} has format version 99; this quantloop writes version 1`);
      expect(stderr).toContain('Choose another output folder, or move this one away.');
      expect({ code, written: await written() }).toEqual({ code: 2, written: ['out'] });
      expect(await readFile(join(folder, file), 'utf8')).toBe('{"schemaVersion":99}');
    });
  }

  it('is refused where a file stands in its place', async () => {
    await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
    await mkdir(join(folder, 'out'));
    await writeFile(join(folder, 'out', 'small'), 'mine');
    const { code, stderr } = await runCli(['run', 'campaign.yaml', '--out', 'out'], { cwd: folder });
    expect(stderr).toContain('small is a file, not a folder');
    expect({ code, written: await written() }).toEqual({ code: 2, written: ['out'] });
  });
});

describe.skipIf(!canMount())('a full disk (needs the right to mount a tmpfs)', () => {
  let small: string;
  beforeEach(async () => {
    small = join(folder, 'small-disk');
    await mkdir(small);
  });
  afterEach(() => unmount(small));

  it('of the store ends `quantize` with its cause, and leaves no model', async () => {
    mountSmall(small, '6m');
    const { code, stderr } = await runCli(
      ['quantize', 'builtin:demo', '--method', 'rtn', '--out', 'mine', '--store', 'small-disk/store'],
      { cwd: folder },
    );
    expect(stderr).toMatch(NO_SPACE);
    expect(stderr).toMatch(/Free space|Make room/);
    expect({ code, written: await written() }).toEqual({ code: 2, written: ['small-disk'] });
    expect(await blobsIn(join(small, 'store'))).toBe('whole');
  });

  it('of the output folder ends `quantize` with its cause, and leaves no half of a model', async () => {
    mountSmall(small, '1m');
    const { code, stderr } = await runCli(
      ['quantize', 'builtin:demo', '--method', 'rtn', '--out', 'small-disk/mine'],
      { cwd: folder },
    );
    expect(stderr).toMatch(NO_SPACE);
    expect({ code, left: await readdir(small) }).toEqual({ code: 2, left: [] });
  });

  const run = async (size: string) => {
    mountSmall(small, size);
    await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
    return runCli(['run', 'campaign.yaml', '--store', 'small-disk/store', '--json'], { cwd: folder });
  };

  it('of the store refuses a campaign whose models alone do not fit', async () => {
    const { code, stdout, stderr } = await run('6m');
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    const { error } = JSON.parse(stdout) as { error: { message: string; hint: string } };
    expect(error.message).toMatch(
      /disk is too small: the imported models alone take 13\.3 MiB, 6 MiB are free/,
    );
    expect(error.hint).toContain('--store');
    expect(await readdir(folder)).not.toContain('quantloop-out');
  });

  it('of the store while a campaign runs fails the trials that find no room, with the cause', async () => {
    const { stdout, stderr } = await run('14m');
    expect(stderr).toBe('');
    const outcome = JSON.parse(stdout) as { folder: string };
    const text = await readFile(join(outcome.folder, 'trials.json'), 'utf8');
    const { trials } = JSON.parse(text) as { trials: { failure?: { code: string; message: string } }[] };
    const failures = trials.flatMap(({ failure }) => failure ?? []);
    expect(failures).not.toEqual([]);
    for (const { code, message } of failures) {
      expect(code).toBe('disk-full');
      expect(message).toMatch(NO_SPACE);
    }
  });
});

describe('a command line that cannot be followed', () => {
  const cases: [string, string[], RegExp][] = [
    ['an unknown command', ['rum'], /unknown command "rum"\n {6}Did you mean "run"\?/],
    ['a campaign file that is not there', ['run', 'nowhere.yaml'], /nowhere\.yaml: there is no such file/],
    ['an unknown option', ['doctor', '--jason'], /unknown option '--jason'\n {6}\(Did you mean --json\?\)/],
    ['a port that is none', ['run', 'x.yaml', '--port', '70000'], /'70000' is invalid.*Ports end at 65535/],
    ['a worker without a role', ['worker'], /the worker has nothing to do\n {6}Say what it is for: --target/],
    ['a campaign nobody ran', ['status', 'nobody'], /There is no campaign "nobody" here/],
    ['a run that is not there', ['report', 'nobody'], /There is no run "nobody"/],
    [
      'an unknown method',
      ['quantize', 'builtin:demo', '--method', 'rtm', '--out', 'x'],
      /unknown method "rtm"\. Did you mean "rtn"\?/,
    ],
    [
      'calibration texts that the method has no use for',
      ['quantize', 'builtin:demo', '--method', 'rtn', '--out', 'x', '--calibration', 'texts.jsonl'],
      /--calibration texts\.jsonl: rtn needs no calibration texts\n {6}Leave --calibration out\./,
    ],
    [
      'a method without the calibration texts it needs',
      ['quantize', './model', '--method', 'gptq', '--out', 'x'],
      /gptq needs calibration texts\n {6}Add --calibration <file>, some 128 texts/,
    ],
    [
      'an option that needs calibration texts, without any',
      ['quantize', './model', '--method', 'fp8', '--option', 'activations=static', '--out', 'x'],
      /fp8 needs calibration texts\n {6}Add --calibration <file>/,
    ],
    [
      'a seed that is none',
      ['quantize', 'builtin:demo', '--method', 'rtn', '--out', 'x', '--seed', '-1'],
      /'-1' is invalid.*whole number, 0 or more/,
    ],
    [
      'a scan at a precision that the method does not have',
      ['sensitivity', 'builtin:demo', '--precisions', '4,5'],
      /bits: rtn cannot have bits 5\. It can have /,
    ],
    [
      'a scan at no precision',
      ['sensitivity', 'builtin:demo', '--precisions', 'four'],
      /--precisions four: it must be a positive whole number of bits\./,
    ],
    [
      'a budget that is none',
      ['sensitivity', 'builtin:demo', '--budget', '3%'],
      /--budget 3%: it must be a size such as 1\.2MiB\./,
    ],
    [
      'two budgets',
      ['sensitivity', 'builtin:demo', '--budget', '1MiB', '--max-divergence', '0.01'],
      /Give one of --budget and --max-divergence\./,
    ],
    [
      'a recipe file that nothing would be written to',
      ['sensitivity', 'builtin:demo', '--out', 'mix.yaml'],
      /--out mix\.yaml: without --budget or --max-divergence there is no recipe to write/,
    ],
    [
      'no recipe',
      ['quantize', 'builtin:demo', '--out', 'x'],
      /There is no recipe\.\n {6}Give --method \(rtn,/,
    ],
    [
      'a recipe file and flags',
      ['quantize', 'builtin:demo', '--recipe', 'r.yaml', '--bits', '4', '--out', 'x'],
      /--recipe and --bits exclude each other/,
    ],
    [
      'a recipe file that is not there',
      ['quantize', 'builtin:demo', '--recipe', 'r.yaml', '--out', 'x'],
      /r\.yaml: there is no such file/,
    ],
  ];
  for (const [what, args, says] of cases) {
    it(`is refused for ${what}`, async () => {
      const { code, stderr } = await runCli(args, { cwd: folder });
      expect(stderr).toMatch(says);
      expect({ code, written: await written() }).toEqual({ code: 2, written: [] });
    });
  }

  it.each([
    [
      'an unknown key',
      'method: rtn\nbit: 4\n',
      /recipe\.yaml:2:1 {2}bit {2}unknown key "bit"\. Did you mean "bits"\?/,
    ],
    [
      'an unknown role',
      'method: rtn\nmix:\n  - { roles: q_prj, recipe: keep }\n',
      /recipe\.yaml:3:7 {2}mix\[0\]\.roles {2}unknown role "q_prj"\. Did you mean "q_proj"\?/,
    ],
    ['lists', 'method: rtn\nbits: [4, 8]\n', /recipe\.yaml makes 2 recipes; one was to be named\./],
  ])('is refused for a recipe file with %s', async (_what, text, says) => {
    await writeFile(join(folder, 'recipe.yaml'), text);
    const args = ['quantize', 'builtin:demo', '--recipe', 'recipe.yaml', '--out', 'x'];
    const { code, stderr } = await runCli(args, { cwd: folder });
    expect(stderr).toMatch(says);
    expect({ code, written: await written() }).toEqual({ code: 2, written: ['recipe.yaml'] });
  });

  it('is refused for a port that another program uses, and no server is started', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
    const { code, stderr } = await runCli(['run', 'campaign.yaml', '--port', String(port)], { cwd: folder });
    other.close();
    expect(stderr).toContain(`--port ${port}: the port is taken by another program`);
    expect(code).toBe(2);
    expect(await readdir(join(folder, '.quantloop'))).not.toContain('temporal.db');
  });

  it('is refused for a quantized model’s folder that is not empty, which stays as it was', async () => {
    await mkdir(join(folder, 'model'));
    await writeFile(join(folder, 'model', 'mine.txt'), 'mine');
    const { code, stderr } = await runCli(['quantize', 'builtin:demo', '--method', 'rtn', '--out', 'model'], {
      cwd: folder,
    });
    expect(stderr).toContain('--out model is not empty');
    expect({ code, kept: await readdir(join(folder, 'model')) }).toEqual({ code: 2, kept: ['mine.txt'] });
  });
});

/** Doubles the size that the header of a safetensors file gives for its first tensor. */
async function rewriteHeader(file: string): Promise<void> {
  const bytes = await readFile(file);
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<string, { shape?: number[] }>;
  const [, tensor] = Object.entries(header).find(([name]) => name !== '__metadata__')!;
  tensor.shape![0]! *= 2;
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  await writeFile(file, Buffer.concat([size, text, bytes.subarray(8 + length)]));
}

/** As the system says it, or one of our own layers. */
const NO_SPACE = /no space left|disk is full/i;

function mountSmall(place: string, size: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', place], { stdio: 'ignore' });
}

function unmount(place: string): void {
  execFileSync('umount', ['-l', place]);
}

function canMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'quantloop-mount-'));
  try {
    mountSmall(place, '1m');
    unmount(place);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true });
  }
}

/** Whether every blob of a store has the content its name promises. */
async function blobsIn(root: string): Promise<'whole' | string[]> {
  const names = await readdir(join(root, 'blobs'), { recursive: true, withFileTypes: true }).catch(() => []);
  const spoiled: string[] = [];
  for (const entry of names.filter((each) => each.isFile())) {
    const bytes = await readFile(join(entry.parentPath, entry.name));
    if (digestOfBytes(bytes) !== `sha256:${entry.name}`) spoiled.push(entry.name);
  }
  return spoiled.length === 0 ? 'whole' : spoiled;
}
