import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logsFolder, LogLine } from '@quantloop/worker/log';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { findEmbeddedServer } from '../src/temporal/embedded-server.ts';
import { runCli } from './support/run-cli.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

const CAMPAIGN = `campaign: small
models:
  - { id: tiny, source: builtin:demo }
targets:
  - { id: this-cpu, engine: { kind: onnxruntime, provider: cpu, threads: 1 } }
evaluation:
  fidelity: [{ task: demo_stories, limit: 3 }]
  performance: [{ scenario: single-stream, promptTokens: 4, newTokens: 2, requests: 3 }]
requirements: { metric: model.bytes, maxRatio: LIMIT }
objective: { minimize: model.bytes }
search:
  recipes: [{ method: rtn, bits: 8, granularity: channel }]
`;

interface Outcome {
  outcome: string;
  folder: string;
  selections: { label: string }[];
  time: { stages: Record<string, { computed: number; cached: number }> };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(limit: string): Promise<{ code: number; outcome: Outcome }> {
  await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN.replace('LIMIT', limit));
  const { code, stdout, stderr } = await runCli(['run', 'campaign.yaml', '--json'], { cwd: folder });
  expect(stderr).toBe('');
  return { code, outcome: JSON.parse(stdout) as Outcome };
}

/** Of all processes that logged. */
async function logLines(): Promise<LogLine[]> {
  const logs = logsFolder(join(folder, '.quantloop'));
  const files = (await readdir(logs, { recursive: true })).filter((name) => name.endsWith('.jsonl'));
  const texts = await Promise.all(files.map((name) => readFile(join(logs, name), 'utf8')));
  return texts.flatMap((text) => text.trim().split('\n')).map((line) => LogLine.parse(JSON.parse(line)));
}

describe.skipIf(!present)(`a whole campaign${reason}`, { timeout: 240_000 }, () => {
  it('ends with a decision and its files, leaves no server behind, and computes nothing twice', async () => {
    const first = await run('0.5');
    expect(first).toMatchObject({ code: 0, outcome: { outcome: 'selected' } });
    expect(first.outcome.selections.map(({ label }) => label)).toEqual(['rtn-int8-channel-sym']);
    expect(JSON.parse(await readFile(join(first.outcome.folder, 'decision.json'), 'utf8'))).toMatchObject({
      campaign: 'small',
      outcome: 'selected',
    });
    expect(JSON.parse(await readFile(join(first.outcome.folder, 'campaign.json'), 'utf8'))).toMatchObject({
      fidelity: [{ name: 'demo_stories', limit: 3, documents: 3 }],
    });
    expect(await findEmbeddedServer(join(folder, '.quantloop'))).toBeUndefined();

    const lines = await logLines();
    const ids = { campaign: 'small', run: basename(first.outcome.folder) };
    const trial = 'tiny.this-cpu.rtn-int8-channel-sym';
    expect(lines[0]).toMatchObject({ command: 'run', level: 'info' });
    for (const each of [
      { ...ids, msg: 'campaign begun' },
      { ...ids, msg: 'finished', stage: 'importModel', cached: false },
      { ...ids, msg: 'finished', stage: 'quantizeModel', trial, attempt: 1, cached: false },
      { ...ids, msg: 'look ended', trial, status: 'measured' },
      { ...ids, msg: 'decided', outcome: 'selected' },
    ]) {
      expect(lines).toContainEqual(expect.objectContaining(each));
    }

    const again = await run('0.5');
    expect(again.outcome.folder).not.toBe(first.outcome.folder);
    const computed = Object.values(again.outcome.time.stages).map((stage) => stage.computed);
    expect(computed).toEqual(computed.map(() => 0));

    const listed = JSON.parse((await runCli(['list', '--json'], { cwd: folder })).stdout) as {
      status: string;
    }[];
    expect(listed.map(({ status }) => status)).toEqual(['completed', 'completed']);
  });

  it('exits with 3 when nothing is acceptable', async () => {
    expect(await run('0.01')).toMatchObject({
      code: 3,
      outcome: { outcome: 'none-acceptable', selections: [] },
    });
  });

  it('is found by its models, its targets, and what it decided', async () => {
    const outcomes = async (...filter: string[]) =>
      (
        JSON.parse((await runCli(['list', '--json', ...filter], { cwd: folder })).stdout) as {
          outcome: string;
        }[]
      ).map(({ outcome }) => outcome);
    expect(await outcomes('--target', 'this-cpu', '--outcome', 'selected')).toEqual(['selected', 'selected']);
    expect(await outcomes('--model', 'tiny')).toEqual(['none-acceptable', 'selected', 'selected']);
    expect(await outcomes('--target', "another's")).toEqual([]);
  });
});
