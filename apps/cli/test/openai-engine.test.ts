import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { CLI_COMMAND, runCli, startCli } from './support/run-cli.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const SERVE = [...CLI_COMMAND, 'serve', '{folder}', '--port', '{port}', '--threads', '1'];

const CAMPAIGN = {
  campaign: 'served',
  models: [{ id: 'tiny', source: 'builtin:demo' }],
  targets: [{ id: 'server', engine: { kind: 'openai', launch: { command: SERVE, readyWithin: 60 } } }],
  evaluation: {
    fidelity: [
      { task: 'demo_agreement', limit: 8 },
      { task: 'demo_arithmetic', limit: 8 },
    ],
    performance: [{ scenario: 'single-stream', promptTokens: 8, newTokens: 4, requests: 3 }],
  },
  requirements: { metric: 'model.bytes', maxRatio: 0.5 },
  objective: { minimize: 'model.bytes' },
  search: { recipes: [{ method: 'rtn', bits: 8, granularity: 'channel' }] },
};

interface TrialRow {
  recipe: unknown;
  status: string;
  metrics: Record<string, { value: number; n: number }>;
}

describe.skipIf(!present)(`a campaign on served models${reason}`, { timeout: 240_000 }, () => {
  it('launches a server for the baseline and one for the quantized model, and decides', async () => {
    await writeFile(join(cwd, 'campaign.json'), JSON.stringify(CAMPAIGN));
    const { code, stdout, stderr } = await runCli(['run', 'campaign.json', '--json'], { cwd });
    expect(stderr).toBe('');
    const outcome = JSON.parse(stdout) as { outcome: string; folder: string };
    expect({ code, outcome: outcome.outcome }).toEqual({ code: 0, outcome: 'selected' });
    const { trials } = JSON.parse(await readFile(join(outcome.folder, 'trials.json'), 'utf8')) as {
      trials: TrialRow[];
    };
    expect(trials.map(({ status }) => status)).toEqual(['measured', 'measured']);
    for (const { metrics } of trials) {
      expect(metrics['demo_agreement.acc']!.value).toBeGreaterThan(0.5);
      expect(metrics['single-stream.ttft.p50']!.value).toBeGreaterThan(0);
      // The server’s own processes are counted: the job alone is below 220 MB.
      expect(metrics['memory.peak']!.value).toBeGreaterThan(250e6);
    }
  });
});

it('evaluates a model behind a running server as in its own process', { timeout: 120_000 }, async () => {
  const env = { QUANTLOOP_SERVED_KEY: 'secret' };
  const server = startCli(['serve', 'builtin:demo', '--port', '0', '--api-key', 'secret', '--json'], { cwd });
  let printed = '';
  server.child.stdout!.on('data', (text: string) => (printed += text));
  await server.printed('}\n');
  const { url } = JSON.parse(printed) as { url: string };
  const evaluate = async (...args: string[]) => {
    const command = ['evaluate', 'builtin:demo', '--task', 'demo_recall', '--limit', '10', '--json', ...args];
    const { code, stdout } = await runCli(command, { cwd, env });
    expect(code, stdout).toBe(0);
    return (JSON.parse(stdout) as { metrics: Record<string, { value: number }> }).metrics;
  };
  const here = await evaluate();
  const there = await evaluate('--url', `${url}/v1`, '--api-key-env', 'QUANTLOOP_SERVED_KEY');
  expect(Object.keys(there)).toEqual(Object.keys(here));
  for (const [name, { value }] of Object.entries(there)) expect(value).toBeCloseTo(here[name]!.value, 4);
  server.child.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
});
