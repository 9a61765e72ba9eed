import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoModelFolder } from '@quantloop/models';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
    what: 'an impossible combination',
    change: ['granularity: channel', 'granularity: { group: 7 }'],
    says: /campaign\.yaml:12:\d+ {2}search\.recipes\[0\]\.granularity {2}rtn cannot have granularity group 7\. It can have group /,
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

async function campaignWithModel(spoil: (model: string) => Promise<void>): Promise<void> {
  const model = join(folder, 'model');
  await mkdir(model);
  await cp(demoModelFolder(), model, { recursive: true });
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

describe('a command line that cannot be followed', () => {
  const cases: [string, string[], RegExp][] = [
    ['an unknown command', ['rum'], /unknown command "rum"\n {6}Did you mean "run"\?/],
    ['a campaign file that is not there', ['run', 'nowhere.yaml'], /nowhere\.yaml: there is no such file/],
    ['an unknown option', ['doctor', '--jason'], /unknown option '--jason'\n\(Did you mean --json\?\)/],
    ['a port that is none', ['run', 'x.yaml', '--port', '70000'], /'70000' is invalid.*Ports end at 65535/],
    ['a worker without a role', ['worker'], /the worker has nothing to do\n {6}Say what it is for: --target/],
    ['a campaign nobody ran', ['status', 'nobody'], /There is no campaign "nobody" here/],
    ['a run that is not there', ['report', 'nobody'], /There is no run "nobody"/],
    [
      'an unknown method',
      ['quantize', 'builtin:demo', '--method', 'rtm', '--out', 'x'],
      /unknown method "rtm"\. Did you mean "rtn"\?/,
    ],
  ];
  for (const [what, args, says] of cases) {
    it(`is refused for ${what}`, async () => {
      const { code, stderr } = await runCli(args, { cwd: folder });
      expect(stderr).toMatch(says);
      expect({ code, written: await written() }).toEqual({ code: 2, written: [] });
    });
  }

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
