import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reproduction } from '../src/reproduce/reproduce-trial.ts';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { runCli } from './support/run-cli.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

const CAMPAIGN = {
  campaign: 'again',
  models: [{ id: 'tiny', source: 'builtin:demo' }],
  targets: [{ id: 'this-cpu', engine: { kind: 'onnxruntime', threads: 1 } }],
  evaluation: {
    fidelity: [{ task: 'demo_arithmetic', limit: 30 }],
    // Offline has a headline; one stream of 2 tokens has a noisy one.
    performance: [{ scenario: 'offline', promptTokens: 8, newTokens: 8, batch: 1, repetitions: 5 }],
  },
  requirements: { metric: 'model.bytes', maxRatio: 1 },
  objective: { minimize: 'model.bytes' },
  search: { recipes: [{ method: 'rtn', bits: 4, granularity: 'channel' }] },
};
const LABEL = 'rtn-int4-channel-sym';

let folder: string;
let runFolder: string;
const cli = (...args: string[]) => runCli(args, { cwd: folder });

describe.skipIf(!present)(`a trial that is run again${reason}`, { timeout: 240_000 }, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quantloop-again-'));
    await writeFile(join(folder, 'campaign.json'), JSON.stringify(CAMPAIGN));
    const { stdout } = await cli('run', 'campaign.json', '--json');
    runFolder = (JSON.parse(stdout) as { folder: string }).folder;
  }, 240_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('comes out as the same model with the same scores, with nothing reused and nothing left behind', async () => {
    const { stdout, stderr } = await cli('reproduce', 'again', LABEL, '--json');
    expect(stderr).toBe('');
    const { sameModel, metrics, disagreements } = JSON.parse(stdout) as Reproduction;
    expect(sameModel).toBe(true);
    const score = metrics.find(({ metric }) => metric === 'demo_arithmetic.exact_match');
    expect(score?.comparison).toMatchObject({ pairs: 30, difference: { value: 0 } });
    // The clock of a machine with other work may say what it likes.
    expect(disagreements.filter(({ metric }) => !metric.startsWith('offline.'))).toEqual([]);
    expect(await readdir(join(folder, '.quantloop', 'reproduce'))).toEqual([]);
  });

  it('does not agree with a record that was altered', async () => {
    const file = join(runFolder, 'trials.json');
    const text = await readFile(file, 'utf8');
    const trials = JSON.parse(text) as { trials: { label: string; artifact: { digest: string } }[] };
    trials.trials.find(({ label }) => label === LABEL)!.artifact.digest = `sha256:${'0'.repeat(64)}`;
    await writeFile(file, JSON.stringify(trials));
    const { stdout, code } = await cli('reproduce', 'again', LABEL);
    await writeFile(file, text);
    expect(code).toBe(3);
    expect(stdout).toContain('It does not agree.');
    expect(stdout).toContain('The model is another one.');
  });

  it('is refused where the store has no longer what it was made from', async () => {
    const { code, stderr } = await cli('reproduce', 'again', LABEL, '--store', 'elsewhere');
    expect({ code, said: stderr.includes('no longer has') }).toEqual({ code: 1, said: true });
  });

  it('is refused for a trial that is not there', async () => {
    const { code, stderr } = await cli('reproduce', 'again', 'rtn-int5');
    expect({ code, said: stderr.includes('has no trial "rtn-int5"') }).toEqual({ code: 2, said: true });
  });
});
