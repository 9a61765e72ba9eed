import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@quantloop/artifacts';
import type { TrialsFile } from '@quantloop/report';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { runCli, startCli, type StartedCli } from './support/run-cli.ts';

const linux = process.platform === 'linux';
const reason = linux ? '' : ' (needs Linux)';
const present = linux && findTemporalCli() !== undefined;

/** Two targets, measured by two workers at the same time. */
const CAMPAIGN = `campaign: devices
models: [{ id: tiny, source: builtin:demo }]
targets:
  - { id: one, engine: { kind: onnxruntime } }
  - { id: other, engine: { kind: onnxruntime, maxBatch: 8 } }
evaluation:
  fidelity: [{ task: demo_stories, limit: 2 }]
  performance: [{ scenario: single-stream, promptTokens: 8, newTokens: 8, requests: 3 }]
requirements: { metric: model.bytes, maxRatio: 0.9 }
objective: { minimize: model.bytes }
search: { race: off, recipes: [{ method: rtn, bits: 8, symmetric: true }] }
`;

let folder: string;
const started: StartedCli[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-devices-'));
  await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
});
afterAll(async () => {
  for (const { child } of started) if (child.exitCode === null) child.kill('SIGTERM');
  await Promise.all(started.map(({ ended }) => ended));
  await rm(folder, { recursive: true, force: true });
});
const start = (...args: string[]) => {
  // The test's own processes make the core busy enough; waiting for it to become quiet tells nothing here.
  const command = startCli(args, { cwd: folder, env: { QUANTLOOP_PATIENCE: '0' } });
  started.push(command);
  return command;
};

describe.skipIf(!linux)(`a device that cannot be had${reason}`, () => {
  it.each([
    ['gpu', 'this names no device'],
    ['cpu:3-1', 'this names no device'],
    ['cpu:0,9999', 'this process may not use core 9999'],
    ['cuda:99', 'nvidia-smi lists no such device; there are: '],
  ])('is refused: %s', async (device, message) => {
    const { code, stdout } = await runCli(['worker', '--target', 'one', '--device', device, '--json'], {
      cwd: folder,
    });
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string; hint: string } };
    expect([code, error.code]).toEqual([2, 'invalid-spec']);
    expect(error.message).toContain(message);
    expect(error.hint).not.toBe('');
  });
});

describe.skipIf(!present)(`two workers on one core${reason}`, { timeout: 240_000 }, () => {
  it('use no other core, and never measure at the same time', async () => {
    const workers = [
      start('worker', '--control', '--prepare', '--target', 'one', '--device', 'cpu:0', '--json'),
      start('worker', '--target', 'other', '--device', 'cpu:0', '--json'),
    ];
    await Promise.all(workers.map((worker) => worker.printed('"devices":["cpu:0"]')));
    const { code, stdout, stderr } = await runCli(['run', 'campaign.yaml', '--no-workers', '--json'], {
      cwd: folder,
    });
    expect(code, stderr).toBe(0);

    const result = JSON.parse(stdout) as { folder: string };
    const { trials } = JSON.parse(await readFile(join(result.folder, 'trials.json'), 'utf8')) as TrialsFile;
    expect(trials.map(({ provenance }) => [provenance['cores'], provenance['threads']])).toEqual(
      trials.map(() => [1, 1]),
    );

    const store = await openStore({ root: join(folder, '.quantloop/store') });
    const measuring = (await store.journal.read()).filter(({ stage }) => stage === 'evaluatePerformance');
    let running: string | undefined;
    let finished = 0;
    for (const { event, key } of measuring) {
      if (event === 'started') {
        expect(running).toBeUndefined();
        running = key;
      } else if (event === 'finished' || event === 'failed') {
        expect(running).toBe(key);
        running = undefined;
        if (event === 'finished') finished += 1;
      }
    }
    expect(finished).toBe(trials.length);
  });
});
