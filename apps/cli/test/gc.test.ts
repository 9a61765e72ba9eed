import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { runCli } from './support/run-cli.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

const CAMPAIGN = `campaign: kept
models: [{ id: tiny, source: builtin:demo }]
targets: [{ id: this-cpu, engine: { kind: onnxruntime, provider: cpu, threads: 1 } }]
evaluation:
  fidelity: [{ task: demo_stories, limit: 3 }]
  performance: [{ scenario: single-stream, promptTokens: 4, newTokens: 2, requests: 3 }]
requirements: { metric: model.bytes, maxRatio: 0.5 }
objective: { minimize: model.bytes }
search: { race: off, recipes: [{ method: rtn, bits: [8, 4], granularity: channel }] }
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-gc-'));
  await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await runCli([...args, '--json'], { cwd: folder });
  expect({ code, stderr: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

interface Garbage {
  runs: number;
  results: number;
  bytes: number;
  kept: { bytes: number };
}
interface Run {
  run: string;
  folder: string;
}

describe.skipIf(!present)(`gc${reason}`, { timeout: 240_000 }, () => {
  it('drops nothing that was asked for lately, and says what it would drop', async () => {
    await json('run', 'campaign.yaml');
    expect(await json('gc')).toMatchObject({ runs: 1, results: 0, bytes: 0 });
    const wouldBe = await json<Garbage>('gc', '--days', '0', '--dry-run');
    expect(wouldBe.results).toBeGreaterThan(3);
    expect(await json('gc')).toMatchObject({ bytes: 0 });
  });

  it('drops the versions that were not selected, and nothing that the decision needs', async () => {
    const dropped = await json<Garbage>('gc', '--days', '0');
    expect(dropped.bytes).toBeGreaterThan(1e6);
    expect(dropped.kept.bytes).toBeGreaterThan(1e7);
    const [{ folder: out }] = await json<[Run]>('list');
    await json('report', out);
    const reproduced = await runCli(['reproduce', 'kept', 'rtn-int4-channel-sym', '--json'], { cwd: folder });
    expect([reproduced.code, reproduced.stderr]).toEqual([0, '']);
    expect(await json('gc', '--days', '0')).toMatchObject({ runs: 1 });
  });

  it('makes again what it dropped where a run asks for it, and comes to the same', async () => {
    const again = await json<{ selections: { label: string }[]; folder: string }>('run', 'campaign.yaml');
    expect(again.selections.map(({ label }) => label)).toEqual(['rtn-int4-channel-sym']);
    const { trials } = JSON.parse(await readFile(join(again.folder, 'trials.json'), 'utf8')) as {
      trials: { status: string }[];
    };
    expect(trials.map(({ status }) => status)).toEqual(['measured', 'measured', 'measured']);
    expect(
      await json('compare', 'kept', 'kept/' + (await readdir(join(folder, 'quantloop-out/kept'))).sort()[0]!),
    ).toMatchObject({
      selections: [],
    });
  });

  it('drops nothing where a run cannot say what it needs', async () => {
    const [{ folder: out }] = await json<[Run]>('list');
    await writeFile(join(out, 'trials.json'), '{ "trials": [');
    const { code, stderr } = await runCli(['gc', '--days', '0'], { cwd: folder });
    expect([code, stderr]).toEqual([2, expect.stringContaining('trials.json cannot be read')]);
  });
});
