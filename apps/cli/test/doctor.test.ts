import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './support/run-cli.ts';

interface Doctor {
  healthy: boolean;
  checks: { name: string; status: 'ok' | 'warn' | 'missing'; value: string; advice: string }[];
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function doctor(env: NodeJS.ProcessEnv = {}): Promise<{ code: number; report: Doctor }> {
  const { code, stdout } = await runCli(['doctor', '--json'], { cwd: folder, env });
  return { code, report: JSON.parse(stdout) as Doctor };
}

describe('doctor', () => {
  it('lists everything a campaign depends on, with advice for what is not well, and writes nothing', async () => {
    const { report } = await doctor();
    expect(report.checks.map(({ name }) => name)).toEqual([
      'Node',
      'ONNX Runtime',
      'providers',
      'CPU',
      'memory',
      'NVIDIA devices',
      'disk',
      'Temporal CLI',
      'Temporal server',
      'store',
    ]);
    expect(report.checks.every(({ status, advice }) => (status === 'ok') === (advice === ''))).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });

  it('says when the Temporal CLI that was named cannot be run, and exits with 1', async () => {
    const { code, report } = await doctor({ TEMPORAL_CLI_PATH: join(folder, 'nowhere') });
    expect({ code, healthy: report.healthy }).toEqual({ code: 1, healthy: false });
    expect(report.checks.find(({ name }) => name === 'Temporal CLI')).toMatchObject({
      status: 'missing',
      value: expect.stringContaining('nowhere'),
    });
  });
});
