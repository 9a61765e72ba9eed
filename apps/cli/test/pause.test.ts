import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { runCli, startCli, type StartedCli } from './support/run-cli.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

const CAMPAIGN = `campaign: held
models: [{ id: tiny, source: builtin:demo }]
targets: [{ id: this-cpu, engine: { kind: onnxruntime, provider: cpu, threads: 1 } }]
evaluation:
  fidelity: [{ task: demo_stories, limit: 5 }]
  performance: [{ scenario: single-stream, promptTokens: 8, newTokens: 16, requests: 10 }]
requirements: { metric: model.bytes, maxRatio: 0.9 }
objective: { minimize: model.bytes }
search: { race: off, recipes: [{ method: rtn, bits: [8, 4, 3, 2], granularity: [channel, { group: 32 }, { group: 64 }] }] }
`;

interface Status {
  phase: string;
  trials: { id: string; status: string }[];
}

let folder: string;
const started: StartedCli[] = [];
const quantloop = (...args: string[]) => runCli(args, { cwd: folder });
const start = (...args: string[]) => {
  const command = startCli(args, { cwd: folder });
  started.push(command);
  return command;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-pause-'));
  await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
});
afterAll(async () => {
  for (const { child } of started) if (child.exitCode === null) child.kill('SIGINT');
  await Promise.all(started.map(({ ended }) => ended));
  await rm(folder, { recursive: true, force: true });
});

async function status(fits: (status: Status) => boolean): Promise<Status> {
  for (;;) {
    const { code, stdout } = await quantloop('status', 'held', '--json');
    if (code === 0 && fits(JSON.parse(stdout) as Status)) return JSON.parse(stdout) as Status;
  }
}
const count = ({ trials }: Status, state: string) => trials.filter((trial) => trial.status === state).length;

describe.skipIf(!present)(`a campaign that people hold${reason}`, { timeout: 240_000 }, () => {
  it('measures what it has begun, and begins nothing more', async () => {
    start('run', 'campaign.yaml', '--json');
    await status(({ trials }) =>
      trials.some((trial) => trial.id.includes('rtn') && trial.status === 'measured'),
    );
    expect((await quantloop('pause', 'held', '--by', 'ann')).stdout).toBe('held: ann paused it.\n');
    const held = await status((now) => now.phase === 'paused' && count(now, 'running') === 0);
    expect(count(held, 'waiting')).toBeGreaterThan(0);
    await sleep(1500);
    expect(await status(() => true)).toEqual(held);
    expect((await quantloop('status', 'held')).stdout).toContain(
      'paused by ann: `quantloop resume held` goes on',
    );
    const again = await quantloop('pause', 'held');
    expect([again.code, again.stderr]).toEqual([
      2,
      expect.stringContaining('Refused: ann has paused it already.'),
    ]);
  });

  it('goes on when it is resumed, and decides by what it has when it is to finish', async () => {
    const followed = start('resume', 'held', '--json', '--by', 'bob');
    await status(({ phase }) => phase === 'trials');
    expect((await quantloop('finish', 'held', '--by', 'ann')).code).toBe(0);
    const { code, stdout } = await followed.ended;
    const { outcome, folder: out } = JSON.parse(stdout) as { outcome: string; folder: string };
    expect([code, outcome]).toEqual([0, 'selected']);
    const decision = JSON.parse(await readFile(join(out, 'decision.json'), 'utf8')) as {
      acts: { kind: string; by: string }[];
      ended: string;
      notTried: { reason: string }[];
    };
    expect(decision.acts.map(({ kind, by }) => [kind, by])).toEqual([
      ['pause', 'ann'],
      ['go-on', 'bob'],
      ['finish', 'ann'],
    ]);
    expect(decision.ended).toBe('ann let it end early');
    expect(decision.notTried.map((each) => each.reason)).toContain('not begun: ann let it end early');
    expect(await readFile(join(out, 'report.md'), 'utf8')).toContain('let it end with what was measured');
  });
});
