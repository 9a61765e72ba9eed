import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type JournalEntry } from '@quantloop/artifacts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Work } from '../src/status/work.ts';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { metricsIn } from './support/promql.ts';
import { Scrape } from './support/read-scrape.ts';
import { runCli, startCli, type StartedCli } from './support/run-cli.ts';
import { SCRIPT, startInTerminal } from './support/terminal.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

/** The second model cannot be had: its stage fails, and so do its trials. */
const CAMPAIGN = `campaign: seen
models: [{ id: tiny, source: builtin:demo }, { id: gone, source: 'hf:nobody/nothing@${'0'.repeat(40)}' }]
targets: [{ id: this-cpu, engine: { kind: onnxruntime, provider: cpu, threads: 1 } }]
evaluation:
  fidelity: [{ task: demo_stories, limit: 3 }]
  performance: [{ scenario: single-stream, promptTokens: 4, newTokens: 2, requests: 3 }]
requirements: { metric: model.bytes, maxRatio: 0.5 }
objective: { minimize: model.bytes }
search: { race: off, recipes: [{ method: rtn, bits: 8, granularity: channel }] }
`;
const env = { HF_ENDPOINT: 'http://127.0.0.1:9' };
const RESULTS = ['computed', 'cached', 'failed'] as const;

const DEPLOY = join(import.meta.dirname, '../../../deploy/observability');
const Rules = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+[smh]$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
          annotations: z.strictObject({ summary: z.string() }),
        }),
      ),
    }),
  ),
});

/** Of each alert, all of which the runbook has to explain. */
async function alertExpressions(): Promise<string[]> {
  const { groups } = Rules.parse(parse(await readFile(join(DEPLOY, 'alerts.yaml'), 'utf8')));
  const runbook = await readFile(join(DEPLOY, '../../docs/operations.md'), 'utf8');
  const rules = groups.flatMap((group) => group.rules);
  expect(rules.map(({ alert }) => alert).filter((alert) => !runbook.includes(`### ${alert}\n`))).toEqual([]);
  return rules.map(({ expr }) => expr);
}

async function panelExpressions(): Promise<string[]> {
  const { panels } = JSON.parse(await readFile(join(DEPLOY, 'grafana-dashboard.json'), 'utf8')) as {
    panels: { targets: { expr: string }[] }[];
  };
  return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
}

describe.skipIf(!present)(`a campaign seen from outside${reason}`, { timeout: 240_000 }, () => {
  const started: StartedCli[] = [];
  let folder: string;
  let url: string;

  const start = (...args: string[]) => {
    const command = startCli(args, { cwd: folder, env });
    started.push(command);
    return command;
  };
  const scrape = async () => new Scrape(await (await fetch(url)).text());
  const run = async () => {
    const { code, stdout, stderr } = await start('run', 'campaign.yaml', '--json', '--no-workers').ended;
    // Nothing is acceptable of the model that cannot be had.
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    const { folder: out } = JSON.parse(stdout) as { folder: string };
    return JSON.parse(await readFile(join(out, 'trials.json'), 'utf8')) as { trials: { status: string }[] };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quantloop-observe-'));
    await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
    const worker = start(
      'worker',
      '--control',
      '--prepare',
      '--target',
      'this-cpu',
      '--metrics',
      '0',
      '--json',
    );
    let text = '';
    worker.child.stdout!.on('data', (chunk: string) => (text += chunk));
    await worker.printed('}\n');
    url = (JSON.parse(text) as { metrics: string }).metrics;
  }, 120_000);

  afterAll(async () => {
    for (const { child } of started) child.kill('SIGTERM');
    await Promise.all(started.map(({ ended }) => ended));
    await rm(folder, { recursive: true, force: true });
  });

  it('shows who does what and what remains as it runs: at any width, in lines, as JSON', async () => {
    const lines = start('status', '--watch');
    const terminals = (SCRIPT === undefined ? [] : [60, 120]).map((columns) => ({
      columns,
      terminal: startInTerminal(['status', '--watch'], { cwd: folder, columns }),
    }));
    await lines.printed('idle');
    const running = run();
    await lines.printed('seen: ');
    const named = start('status', 'seen', '--watch', '--json');
    for (const { terminal } of terminals) {
      await terminal.shows('▸ tiny.this-cpu.');
      await terminal.shows('3 of 4 trials ended, 2 failed');
    }
    await running;

    // The one that watches a campaign ends with it.
    const { code, stdout } = await named.ended;
    const looks = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Work);
    expect(code).toBe(0);
    expect(looks[0]?.workers.map(({ identity }) => identity.split('/')[1])).toEqual(
      expect.arrayContaining(['control', 'prepare', 'this-cpu']),
    );
    expect(looks.at(-1)?.campaigns).toEqual([]);

    for (const { terminal, columns } of terminals) {
      terminal.type('\u0003');
      const { code, screen } = await terminal.ended;
      expect(code).toBe(0);
      const widest = Math.max(...screen.split(/\r?\n|\r/).map((line) => [...line].length));
      expect(widest).toBeLessThanOrEqual(columns);
    }
    lines.child.kill('SIGINT');
    const { stdout: printed } = await lines.ended;
    expect(printed).toMatch(/^\S+\/this-cpu\/\d+: seen tiny\.this-cpu\.\S+, evaluate\w+/m);
    expect(printed).toMatch(/^\S+\/prepare\/\d+: seen, importModel/m);
    expect(printed).toMatch(/^seen: trials, 3 of 4 trials ended, 2 failed/m);
    expect(printed).not.toContain('\u001b');
  });

  it('counts what the board and the journal say, and what an unchanged run takes from the store', async () => {
    const first = await scrape();
    const { trials } = await run();
    const both = await scrape();
    for (const status of ['measured', 'failed']) {
      const rows = trials.filter((trial) => trial.status === status).length;
      expect([status, rows]).toEqual([status, 2]);
      expect([status, first.sum('quantloop_trials_total', { status })]).toEqual([status, rows]);
      expect([status, both.sum('quantloop_trials_total', { status })]).toEqual([status, 2 * rows]);
    }
    expect(both.sum('quantloop_campaigns_total', { outcome: 'none-acceptable' })).toBe(2);
    expect(first.sum('quantloop_stages_total', { result: 'computed', role: 'this-cpu' })).toBe(4);

    const computed = (each: Scrape) => each.sum('quantloop_stages_total', { result: 'computed' });
    const cached = (each: Scrape) => each.sum('quantloop_stages_total', { result: 'cached' });
    expect(computed(both)).toBe(computed(first));
    expect(cached(both) - cached(first)).toBeGreaterThanOrEqual(5);

    const store = await openStore({ root: join(folder, '.quantloop/store') });
    const entries = await store.journal.read();
    await store.close();
    const noted = { computed: 'finished', cached: 'cached', failed: 'failed' } as const;
    for (const result of RESULTS) {
      const own = entries.filter(({ event }: JournalEntry) => event === noted[result]);
      expect([result, both.sum('quantloop_stages_total', { result })]).toEqual([result, own.length]);
    }
    const failures = entries.filter(({ event }) => event === 'failed');
    expect(both.sum('quantloop_stage_failures_total', { code: 'unreachable' })).toBe(failures.length);
    const seconds = entries.reduce((sum, { seconds = 0 }) => sum + seconds, 0);
    expect(both.sum('quantloop_job_duration_seconds_sum')).toBeCloseTo(seconds, 3);
    expect(both.sum('quantloop_jobs_running')).toBe(0);
    // In the same answer: what Temporal counts, and what the process takes.
    expect(both.sum('temporal_activity_task_received_total', { activity_type: 'evaluatePerformance' })).toBe(
      2,
    );
    expect(both.sum('process_resident_memory_bytes')).toBeGreaterThan(50e6);
  });

  it('has every metric that the alerts and the dashboard of deploy/ ask for', async () => {
    const { names, samples } = await scrape();
    const asked = [...(await alertExpressions()), ...(await panelExpressions())];
    expect(asked.length).toBeGreaterThan(20);
    // Counters that are there once what they count has happened; `up` is what Prometheus says itself.
    const later = new Set(['quantloop_night_events_total', 'temporal_request_failure_total', 'up']);
    expect(asked.flatMap(metricsIn).filter((name) => !names.has(name) && !later.has(name))).toEqual([]);
    const waits = 'temporal_activity_schedule_to_start_latency_seconds_bucket';
    const bounds = samples.filter(({ name }) => name === waits).map(({ labels }) => labels['le']);
    // Else no quantile could be as long as an alert waits for.
    expect(bounds).toContain('86400');
  });

  it('shows its metrics elsewhere to who has the token alone', async () => {
    const args = ['worker', '--target', 'other', '--metrics', '0.0.0.0:0', '--json'];
    const refused = await runCli(args, { cwd: folder, env: { QUANTLOOP_METRICS_TOKEN: '' } });
    expect(refused.code).toBe(2);
    expect(refused.stdout + refused.stderr).toContain('QUANTLOOP_METRICS_TOKEN');
    const open = startCli(args, { cwd: folder, env: { QUANTLOOP_METRICS_TOKEN: 'secret-of-the-scraper' } });
    started.push(open);
    let text = '';
    open.child.stdout!.on('data', (chunk: string) => (text += chunk));
    await open.printed('}\n');
    const { port } = new URL((JSON.parse(text) as { metrics: string }).metrics);
    const ask = async (token?: string) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).status;
    };
    expect([await ask(), await ask('guess'), await ask('secret-of-the-scraper')]).toEqual([401, 401, 200]);
  });
});
