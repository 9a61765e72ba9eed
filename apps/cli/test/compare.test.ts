import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComparedMetric } from '@quantloop/evaluate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunComparison } from '../src/compare/compare-runs.ts';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { runCli } from './support/run-cli.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

const campaign = (documents: number, recovery: string) => ({
  campaign: 'compared',
  models: [{ id: 'tiny', source: 'builtin:demo' }],
  targets: [{ id: 'this-cpu', engine: { kind: 'onnxruntime', threads: 1 } }],
  evaluation: {
    fidelity: [{ task: 'demo_arithmetic', limit: documents }],
    performance: [{ scenario: 'single-stream', promptTokens: 4, newTokens: 2, requests: 3 }],
  },
  requirements: { tasks: 'every', minRecovery: recovery },
  objective: { minimize: 'model.bytes' },
  search: { recipes: [{ method: 'rtn', bits: [8, 3], granularity: 'channel' }] },
});

let folder: string;
const cli = (...args: string[]) => runCli(args, { cwd: folder });
async function night(documents: number, recovery: string): Promise<string> {
  await writeFile(join(folder, 'campaign.json'), JSON.stringify(campaign(documents, recovery)));
  const { stdout } = await cli('run', 'campaign.json', '--json');
  return (JSON.parse(stdout) as { run: string }).run;
}
const metric = (name: string, metrics: ComparedMetric[]) =>
  metrics.find((compared) => compared.metric === name);

describe.skipIf(!present)(`two runs of a campaign${reason}`, { timeout: 240_000 }, () => {
  const runs: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quantloop-compare-'));
    runs.push(await night(20, '200%'), await night(30, '90%'));
  }, 240_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are compared on the documents that both saw, and by what they selected', async () => {
    const { stdout, code } = await cli('compare', `compared/${runs[0]}`, 'compared', '--json');
    expect(code).toBe(0);
    const { trials, selections } = JSON.parse(stdout) as RunComparison;
    expect(trials.map(({ before, after }) => before === after)).toEqual([true, true, true]);
    for (const { metrics } of trials) {
      const found = metric('demo_arithmetic.exact_match', metrics);
      expect(found?.comparison).toMatchObject({ pairs: 20, test: 'mcnemar', difference: { value: 0 } });
      expect(metric('model.bytes', metrics)?.change).toBe('same');
    }
    expect(selections).toEqual([
      {
        model: 'tiny',
        target: 'this-cpu',
        scenario: 'single-stream',
        before: null,
        after: 'rtn-int8-channel-sym',
      },
    ]);
  });

  it('two trials are told apart by a paired test, beyond the noise only', async () => {
    const labels = ['--trial', 'rtn-int8-channel-sym', '--with', 'rtn-int3-channel-sym'];
    const { stdout } = await cli('compare', 'compared', ...labels, '--json');
    const [pair] = (JSON.parse(stdout) as RunComparison).trials;
    const score = metric('demo_arithmetic.exact_match', pair!.metrics);
    expect(score).toMatchObject({ change: 'worse', comparison: { pairs: 30, test: 'mcnemar' } });
    expect(metric('model.bytes', pair!.metrics)?.change).toBe('better');
    const text = await cli('compare', 'compared', ...labels);
    expect(text.stdout).toMatch(/worse\s+demo_arithmetic\.exact_match/);
    expect(text.stdout).not.toContain('noise');
  });

  it.each([
    [['compared'], 'does not differ from itself'],
    [['compared', '--trial', 'rtn-int9'], 'has no trial "rtn-int9"'],
    [['nobody', 'compared'], 'There is no run "nobody"'],
    [['compared', '--store', 'elsewhere', '--trial', 'baseline'], 'There is no store at'],
  ])('compare %j is refused', async (args, message) => {
    const { code, stderr } = await cli('compare', ...args);
    expect({ code, said: stderr.includes(message) }).toEqual({ code: 2, said: true });
  });
});
