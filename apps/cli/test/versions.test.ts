import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { runCli, startCli, type StartedCli } from './support/run-cli.ts';

const cli = findTemporalCli();
const reason = cli === undefined ? ' (needs the Temporal CLI: npm run setup)' : '';

/** It waits for a person, which gives time to exchange its workers. */
const CAMPAIGN = `campaign: upgraded
models: [{ id: tiny, source: builtin:demo }]
targets: [{ id: this-cpu, engine: { kind: onnxruntime, threads: 1 } }]
evaluation:
  fidelity: [{ task: demo_stories, limit: 2 }]
  performance: [{ scenario: single-stream, promptTokens: 4, newTokens: 2, requests: 3 }]
requirements: { metric: model.bytes, maxRatio: 0.9 }
objective: { minimize: model.bytes }
search: { race: off, recipes: [{ method: rtn, bits: 8, symmetric: true }] }
approval: true
`;

interface Ready {
  address: string;
  version: { deployment: string; buildId: string; current: boolean };
}

let folder: string;
const started: StartedCli[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-versions-'));
  await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
});
afterAll(async () => {
  for (const { child } of started) if (child.exitCode === null) child.kill('SIGTERM');
  await Promise.all(started.map(({ ended }) => ended));
  await rm(folder, { recursive: true, force: true });
});
const start = (...args: string[]) => {
  const command = startCli([...args, '--json'], { cwd: folder, env: { QUANTLOOP_PATIENCE: '0' } });
  started.push(command);
  return command;
};

async function controlWorker(...more: string[]): Promise<{ worker: StartedCli; ready: Ready }> {
  const worker = start('worker', '--control', '--deployment', 'quantloop', ...more);
  let line = '';
  worker.child.stdout!.on('data', (text: string) => (line += text));
  await worker.printed('\n');
  return { worker, ready: JSON.parse(line) as Ready };
}

/** As the worker says it is done. */
async function makeCurrent({ address, version }: Ready): Promise<void> {
  const args = ['worker', 'deployment', 'set-current-version', '--address', address, '--yes'];
  const which = ['--deployment-name', version.deployment, '--build-id', version.buildId];
  for (;;) {
    // The server learns of a version with its first poll.
    const set = await promisify(execFile)(cli!.path, [...args, ...which]).then(
      () => true,
      () => false,
    );
    if (set) return;
    await sleep(200);
  }
}

async function asked(): Promise<void> {
  for (;;) {
    const { stdout } = await runCli(['status', 'upgraded', '--json'], { cwd: folder });
    if ((JSON.parse(stdout) as { asked?: unknown }).asked !== undefined) return;
    await sleep(200);
  }
}

/** Of the campaign's workflow: the versions that decided in it, in order, and whether any could not. */
async function decided(address: string): Promise<{ versions: string[]; failed: number }> {
  const connection = await Connection.connect({ address });
  try {
    const { events } = await new Client({ connection }).workflow
      .getHandle('campaign-upgraded')
      .fetchHistory();
    const versions = (events ?? []).flatMap(
      ({ workflowTaskCompletedEventAttributes: task }) => task?.deploymentVersion?.buildId ?? [],
    );
    return {
      versions: versions.filter((version, i) => version !== versions[i - 1]),
      failed: (events ?? []).filter(({ workflowTaskFailedEventAttributes: task }) => task).length,
    };
  } finally {
    await connection.close();
  }
}

describe.skipIf(cli === undefined)(
  `a campaign begun by an older version${reason}`,
  { timeout: 240_000 },
  () => {
    it('goes on beside a newer one, and on it once that is the current one and the older is gone', async () => {
      const older = await controlWorker('--build-id', 'older');
      expect(older.ready.version).toEqual({ deployment: 'quantloop', buildId: 'older', current: false });
      await makeCurrent(older.ready);
      const others = start('worker', '--prepare', '--target', 'this-cpu');
      await others.printed('ready');
      const run = start('run', 'campaign.yaml', '--no-workers');
      await asked();

      const newer = await controlWorker();
      const { buildId } = newer.ready.version;
      expect(buildId).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{16}$/);
      expect(newer.ready.version.current).toBe(false);
      // It takes part in nothing yet.
      expect((await runCli(['pause', 'upgraded'], { cwd: folder })).code).not.toBe(0);
      expect(await decided(newer.ready.address)).toEqual({ versions: ['older'], failed: 0 });

      await makeCurrent(newer.ready);
      older.worker.child.kill('SIGTERM');
      expect((await older.worker.ended).code).toBe(0);
      expect((await runCli(['approve', 'upgraded'], { cwd: folder })).code).toBe(0);
      const { code, stdout, stderr } = await run.ended;
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ outcome: 'selected' });
      expect(await decided(newer.ready.address)).toEqual({ versions: ['older', buildId], failed: 0 });
    });

    it('of no deployment is refused a version, and so is a worker that measures', async () => {
      for (const args of [
        ['--control', '--build-id', 'x'],
        ['--target', 'this-cpu', '--deployment', 'quantloop'],
      ]) {
        expect((await runCli(['worker', ...args], { cwd: folder })).code).toBe(2);
      }
    });
  },
);
