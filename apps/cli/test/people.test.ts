import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { runCli, startCli, type StartedCli } from './support/run-cli.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

const campaign = (limit: string, requests = 3) => `campaign: asked
models: [{ id: tiny, source: builtin:demo }]
targets: [{ id: this-cpu, engine: { kind: onnxruntime, provider: cpu, threads: 1 } }]
evaluation:
  fidelity: [{ task: demo_stories, limit: 3 }]
  performance: [{ scenario: single-stream, promptTokens: 4, newTokens: 2, requests: ${requests} }]
requirements: { metric: model.bytes, maxRatio: ${limit} }
objective: { minimize: model.bytes }
search: { recipes: [{ method: rtn, bits: 8, granularity: channel }] }
budget: { trials: 1 }
onNoWinner: ask
approval: true
`;
const INT8 = 'tiny.this-cpu.rtn-int8-channel-sym';
const INT4 = 'tiny.this-cpu.rtn-int4-channel-sym';

interface Status {
  phase: string;
  asked?: { kind: string; selections: { trial: string }[]; nearestMisses: { trial: string }[] };
}

let folder: string;
let run: StartedCli;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-people-'));
  const files = {
    'campaign.yaml': campaign('0.01'),
    'less.yaml': campaign('0.5'),
    'other.yaml': campaign('0.5', 4),
    'int4.yaml': '{ method: rtn, bits: 4, granularity: channel }',
    'int8.yaml': '{ method: rtn, bits: 8, granularity: channel }',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
});
afterAll(async () => {
  run?.child.kill('SIGINT');
  await run?.ended;
  await rm(folder, { recursive: true, force: true });
});

const quantloop = (...args: string[]) => runCli(args, { cwd: folder });

/** What the campaign asks, as soon as it asks something that fits. */
async function asked(fits: (question: NonNullable<Status['asked']>) => boolean) {
  for (;;) {
    const { code, stdout } = await quantloop('status', 'asked', '--json');
    const question = code === 0 ? (JSON.parse(stdout) as Status).asked : undefined;
    if (question !== undefined && fits(question)) return question;
  }
}

async function refused(...args: string[]): Promise<string> {
  const { code, stdout } = await quantloop(...args, '--json');
  expect(code).toBe(2);
  return (JSON.parse(stdout) as { error: { message: string } }).error.message;
}

async function taken(...args: string[]): Promise<unknown> {
  const { code, stdout } = await quantloop(...args, '--by', 'ann', '--json');
  expect({ code, stdout }).toMatchObject({ code: 0 });
  return (JSON.parse(stdout) as { act: unknown }).act;
}

describe.skipIf(!present)(`a campaign that asks people${reason}`, { timeout: 240_000 }, () => {
  it('waits where nothing is acceptable, and says what would be', async () => {
    run = startCli(['run', 'campaign.yaml', '--json'], { cwd: folder });
    const { kind, nearestMisses } = await asked(() => true);
    expect([kind, nearestMisses[0]?.trial]).toEqual(['no-winner', INT8]);
    const { stdout } = await quantloop('status', 'asked');
    expect(stdout).toContain('waiting for a person: nothing is acceptable');
    expect(stdout).toContain('quantloop relax asked CAMPAIGN-FILE --reason WHY');
  });

  it('refuses what makes no sense, and says why', async () => {
    expect(await refused('reject', 'asked', `${INT8}s`, '--reason', 'why')).toBe(
      `Refused: no trial "${INT8}s" has been measured.`,
    );
    expect(await refused('extend', 'asked')).toBe('Refused: the budget is extended by nothing.');
    expect(await refused('add-recipe', 'asked', 'int8.yaml')).toBe(
      'Refused: rtn-int8-channel-sym is this recipe already.',
    );
    expect(await refused('add-recipe', 'asked', 'int4.yaml')).toBe(
      'Refused: it would make 2 trials, more than the budget of 1.',
    );
    expect(await refused('relax', 'asked', 'campaign.yaml', '--reason', 'why')).toBe(
      'Refused: these are the requirements already.',
    );
    expect(await refused('relax', 'asked', 'other.yaml', '--reason', 'why')).toBe(
      'other.yaml: more than the requirements differs from the running campaign: performance',
    );
  });

  it('takes a larger budget, another recipe and looser requirements, and proposes what follows', async () => {
    expect(await taken('extend', 'asked', '--trials', '1')).toMatchObject({ by: 'ann', trials: 1 });
    expect(await taken('add-recipe', 'asked', 'int4.yaml')).toMatchObject({ label: 'rtn-int4-channel-sym' });
    expect(await asked(({ nearestMisses }) => nearestMisses[0]?.trial === INT4)).toMatchObject({
      kind: 'no-winner',
    });
    expect(await taken('relax', 'asked', 'less.yaml', '--reason', 'there is room')).toMatchObject({
      requirements: { metric: 'model.bytes', maxRatio: { value: 0.5 } },
      replaced: { metric: 'model.bytes', maxRatio: { value: 0.01 } },
    });
    const { selections } = await asked(({ kind }) => kind === 'approval');
    expect(selections.map(({ trial }) => trial)).toEqual([INT4]);
  });

  it('does not select what is rejected, ends when it is approved, and keeps who did what', async () => {
    await taken('reject', 'asked', INT4, '--reason', 'it reads badly');
    const { selections } = await asked((question) => question.selections[0]?.trial === INT8);
    expect(selections.map(({ trial }) => trial)).toEqual([INT8]);
    await taken('approve', 'asked');
    const { code, stdout } = await run.ended;
    const { outcome, folder: out } = JSON.parse(stdout) as { outcome: string; folder: string };
    expect([code, outcome]).toEqual([0, 'selected']);
    const decision = JSON.parse(await readFile(join(out, 'decision.json'), 'utf8')) as {
      selections: { trial: string }[];
      acts: { kind: string; by: string; at: number }[];
    };
    expect(decision.selections.map(({ trial }) => trial)).toEqual([INT8]);
    expect(decision.acts.map(({ kind, by }) => [kind, by])).toEqual(
      ['extend-budget', 'add-recipe', 'relax', 'reject', 'approve'].map((kind) => [kind, 'ann']),
    );
    expect(await readFile(join(out, 'report.md'), 'utf8')).toContain(
      'asked for model.bytes maxRatio 0.5 instead of model.bytes maxRatio 0.01',
    );
    expect(await refused('approve', 'asked')).toContain('The campaign "asked" is not running');
  });
});
