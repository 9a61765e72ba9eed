import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '@quantloop/artifacts';
import type { ScanSensitivityInput } from '@quantloop/core';
import { runStage } from '@quantloop/jobs';
import { demoCalibrationFile } from '@quantloop/models';
import { quantize, SensitivityScan, sensitivityStage } from '@quantloop/quantize';
import { describe, expect, test } from 'vitest';
import { demoModel } from '../support/demo-model.ts';
import { temporaryFolder } from '../support/model-folder.ts';
import { weightRecipeOf } from '../support/recipe.ts';

/** A job waits while another measures on this machine. */
describe('the stage scanSensitivity', { timeout: 240_000 }, () => {
  test('runs in a process of its own, stores a scan with its provenance, and is not repeated', async () => {
    const storeRoot = join(await temporaryFolder(), 'store');
    const store = await openStore({ root: storeRoot });
    const model = await store.putFolder((await demoModel()).folder);
    const input: ScanSensitivityInput = {
      model,
      recipes: [weightRecipeOf({ method: 'rtn', bits: 4 })],
      exclude: ['*layers.{0,1,2,3}.*', '*embed*', '*lm_head*'],
      calibration: {
        text: await store.putFile(demoCalibrationFile(), 'application/jsonl'),
        samples: 4,
        tokens: 64,
        seed: 0,
      },
    };
    const notes: string[] = [];
    const first = await runStage(sensitivityStage, input, {
      store,
      onProgress: ({ done, total, unit }) => notes.push(`${done}/${total} ${unit}`),
    });
    expect(first.execution.cached).toBe(false);
    expect(notes).toContain('7/7 weights');
    const scan = SensitivityScan.parse(await store.readJson(first.output.scan));
    expect(scan.weights.map(({ role }) => role).sort()).toEqual(
      ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'].sort(),
    );
    expect(scan.provenance).toMatchObject({
      'quantize.rtn': expect.any(String),
      onnxruntime: expect.any(String),
      'sensitivity.source': model.digest,
      'sensitivity.samples': 4,
    });
    expect(first.output.provenance).toEqual(scan.provenance);
    expect(scan.left.map(({ reason }) => reason)).toContain('excluded by "*lm_head*"');

    const second = await runStage(sensitivityStage, input, { store });
    expect(second.execution.cached).toBe(true);
    expect(second.output).toEqual(first.output);
    const scratch = await readdir(join(storeRoot, 'scratch')).catch(() => []);
    expect(scratch).toEqual([]);
    await store.close();

    const { activities } = quantize({ storeRoot }).configureWorker({ taskQueue: 'q' } as never) as {
      activities: object;
    };
    expect(Object.keys(activities)).toEqual(expect.arrayContaining(['quantizeModel', 'scanSensitivity']));
  });
});
