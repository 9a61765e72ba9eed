import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QuantizationManifest, type SensitivityScan, type SolvedMix } from '@quantloop/quantize';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './support/run-cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const SCAN = ['sensitivity', 'builtin:demo', '--precisions', '4,8', '--samples', '4', '--tokens', '48'];
const BUDGET = 2_500_000;

interface Printed {
  scan: SensitivityScan;
  mix: SolvedMix;
  execution: { cached: boolean };
}

describe('sensitivity', { timeout: 240_000 }, () => {
  it('scans a model, and writes the mix for a budget as a recipe that `quantize` takes', async () => {
    const args = [...SCAN, '--budget', String(BUDGET), '--out', 'mix.yaml'];
    const scanned = await runCli([...args, '--json'], { cwd: folder });
    expect(scanned).toMatchObject({ code: 0, stderr: '' });
    const { scan, mix } = JSON.parse(scanned.stdout) as Printed;
    expect(scan.recipes.map(({ label }) => label)).toEqual(['rtn-int4-g32-sym', 'rtn-int8-g32-sym']);
    expect(mix.bytes).toBeLessThanOrEqual(BUDGET);

    const out = await runCli(['quantize', 'builtin:demo', '--recipe', 'mix.yaml', '--out', 'mixed'], {
      cwd: folder,
    });
    expect(out.code).toBe(0);
    const text = await readFile(join(folder, 'mixed', 'quantization.json'), 'utf8');
    const manifest = QuantizationManifest.parse(JSON.parse(text));
    expect(manifest.recipe).toEqual(mix.recipe);
    expect(manifest.totals.bytesAfter).toBe(mix.bytes);
    expect((await stat(join(folder, 'mixed', 'model.onnx_data'))).size).toBeGreaterThan(0);

    const again = await runCli(args, { cwd: folder });
    expect(again.stderr).toContain('--out mix.yaml is there already');
    expect(again.code).toBe(2);
  });

  it('recalls a scan, prints it as a table, and says what a mix for another limit is predicted to do', async () => {
    const { stdout, code } = await runCli([...SCAN, '--max-divergence', '0.02'], { cwd: folder });
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(
      /^layer {2}weight +size +rtn-int4-g32-sym +95 % interval +size +rtn-int8-g32-sym/,
    );
    expect(lines.filter((line) => /down_proj/.test(line))).toHaveLength(5);
    expect(stdout).toMatch(/^mix: (\d+ × [a-z0-9-]+(, )?)+$/m);
    const [, divergence] = /of weights, predicted divergence (\S+) nats$/m.exec(stdout) ?? [];
    expect(Number(divergence)).toBeLessThanOrEqual(0.02);
    const repeated = await runCli([...SCAN, '--json'], { cwd: folder });
    expect((JSON.parse(repeated.stdout) as Printed).execution.cached).toBe(true);
  });

  it('says the smallest size when no mix is that small', async () => {
    const { stderr, code } = await runCli([...SCAN, '--budget', '1KB'], { cwd: folder });
    expect(stderr).toMatch(/No mix of the scanned precisions takes 1000 bytes: the smallest takes \d+\./);
    expect(code).toBe(2);
  });
});
