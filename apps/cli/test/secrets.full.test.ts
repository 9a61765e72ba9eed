import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { CLI_COMMAND, runCli } from './support/run-cli.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quantloop-secrets-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const planted = (name: string) => `${name}${randomBytes(12).toString('hex')}`;

/** Serves a model; the key that it asks for is in the environment. */
const SERVE = [...CLI_COMMAND, 'serve', '{folder}', '--port', '{port}', '--threads', '1'];

/** A campaign of one recipe; the server it measures asks for a key. */
const CAMPAIGN = {
  campaign: 'discreet',
  models: [{ id: 'tiny', source: 'builtin:demo' }],
  targets: [
    {
      id: 'server',
      engine: {
        kind: 'openai',
        launch: { command: SERVE, readyWithin: 120 },
        apiKeyEnv: 'QUANTLOOP_API_KEY',
      },
    },
    { id: 'here', engine: { kind: 'onnxruntime', provider: 'cpu', threads: 1 } },
  ],
  evaluation: {
    fidelity: [{ task: 'demo_agreement', limit: 4 }],
    performance: [{ scenario: 'single-stream', promptTokens: 4, newTokens: 2, requests: 3 }],
  },
  requirements: { metric: 'model.bytes', maxRatio: 0.5 },
  objective: { minimize: 'model.bytes' },
  search: { recipes: [{ method: 'rtn', bits: 8, granularity: 'channel' }] },
  schedule: { cron: '0 2 * * *', webhook: { url: 'http://127.0.0.1:9/', secret: 'NIGHTLY_SECRET' } },
};

/** Every file below a folder in which one of the words stands. */
async function filesWith(folder: string, words: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = await readFile(file);
    if (words.some((word) => bytes.includes(word))) found.push(file.slice(folder.length + 1));
  }
  return found;
}

describe.skipIf(!present)(`secrets of the environment${reason}`, { timeout: 240_000 }, () => {
  it('are used, and stand in no history, store, report or log', async () => {
    const cwd = join(root, 'plain');
    await mkdir(cwd);
    const secrets = {
      QUANTLOOP_API_KEY: planted('key'),
      HF_TOKEN: planted('hf_'),
      TEMPORAL_API_KEY: planted('temporal'),
      AWS_ACCESS_KEY_ID: planted('AKIA'),
      AWS_SECRET_ACCESS_KEY: planted('aws'),
      AWS_SESSION_TOKEN: planted('session'),
      NIGHTLY_SECRET: `whsec_${randomBytes(24).toString('base64')}`,
      UNRELATED_PASSWORD: planted('password'),
    };
    await writeFile(join(cwd, 'campaign.json'), JSON.stringify(CAMPAIGN));
    const options = { cwd, env: secrets };
    const { code, stdout, stderr } = await runCli(['run', 'campaign.json', '--verbose'], options);
    expect({ code, failed: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, failed: '' });
    // The search finds what is there: the name of the variable is in the history, and in the report.
    const named = await filesWith(cwd, ['QUANTLOOP_API_KEY']);
    expect(
      named.filter((file) => /temporal\.db|decision\.json|campaign\.json/.test(file)).length,
    ).toBeGreaterThan(1);
    expect(await filesWith(cwd, Object.values(secrets))).toEqual([]);
    for (const secret of Object.values(secrets)) {
      for (const text of [stdout, stderr]) expect(text).not.toContain(secret);
    }
  });
});

describe.skipIf(!present)(`a campaign with keys for its payloads${reason}`, { timeout: 240_000 }, () => {
  const WORDS = ['builtin:demo', 'demo_agreement', 'model.bytes', 'single-stream', 'maxRatio'];
  const failing = [
    ...CLI_COMMAND,
    'serve',
    '{folder}',
    '--port',
    '{port}',
    '--no-such-option-of-secret-name',
  ];

  it('runs, and its history shows nothing of it; without its key it cannot be read', async () => {
    const cwd = join(root, 'encrypted');
    await mkdir(cwd);
    const { targets, schedule: _, ...rest } = CAMPAIGN;
    const engine = { kind: 'openai', launch: { command: failing, readyWithin: 30 } };
    const spec = { ...rest, campaign: 'encrypted', targets: [targets[1]] };
    await writeFile(join(cwd, 'campaign.json'), JSON.stringify(spec));
    await writeFile(
      join(cwd, 'failing.json'),
      JSON.stringify({ ...spec, campaign: 'failing', targets: [{ id: 'broken', engine }] }),
    );
    const keys = (byte: number, id: string) => ({
      QUANTLOOP_PAYLOAD_KEYS: `${id}:${Buffer.alloc(32, byte).toString('base64')}`,
    });
    const run = await runCli(['run', 'campaign.json', '--json'], { cwd, env: keys(1, 'first') });
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
    // Failures, with their messages, are written as well.
    const failed = await runCli(['run', 'failing.json', '--json'], { cwd, env: keys(1, 'first') });
    expect(failed.code).not.toBe(0);

    const histories = join(cwd, '.quantloop');
    const databases = (await filesWith(histories, ['encrypted'])).filter((file) =>
      file.startsWith('temporal.db'),
    );
    expect(databases).not.toEqual([]);
    for (const word of [...WORDS, 'no-such-option-of-secret-name', 'ended with exit code']) {
      const found = (await filesWith(histories, [word])).filter((file) => file.startsWith('temporal'));
      expect({ word, found }).toEqual({ word, found: [] });
    }

    const status = (env: NodeJS.ProcessEnv) => runCli(['status', 'encrypted'], { cwd, env });
    expect((await status(keys(1, 'first'))).code).toBe(0);
    const rotated = `${keys(2, 'second').QUANTLOOP_PAYLOAD_KEYS} ${keys(1, 'first').QUANTLOOP_PAYLOAD_KEYS}`;
    expect((await status({ QUANTLOOP_PAYLOAD_KEYS: rotated })).code).toBe(0);
    for (const [env, message] of [
      [{}, /encrypted with the key "first"; no key is given here/],
      [keys(2, 'second'), /encrypted with the key "first"; here are "second"/],
      [keys(2, 'first'), /cannot be decrypted with the key "first"/],
    ] as const) {
      const { code, stderr } = await status(env);
      expect(stderr).toMatch(message);
      expect(stderr).toContain('QUANTLOOP_PAYLOAD_KEYS');
      expect(code).not.toBe(0);
    }
  });
});
