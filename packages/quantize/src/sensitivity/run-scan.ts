import { rm } from 'node:fs/promises';
import type { ScanSensitivityInput, ScanSensitivityOutput } from '@quantloop/core';
import type { JobContext } from '@quantloop/jobs';
import { readCalibration } from '../calibrate/read-calibration.ts';
import { scanFolder } from './scan-folder.ts';
import type { SensitivityScan } from './sensitivity-scan.ts';

/** The job behind `sensitivityStage`, run in a child process of its own. */
export async function run(input: ScanSensitivityInput, context: JobContext): Promise<ScanSensitivityOutput> {
  const { store, checkpoint, signal } = context;
  const { recipes, exclude, calibration: asked } = input;
  const source = await store.folder(input.model);
  const scratch = await store.scratch();
  try {
    const scan = await scanFolder({
      source,
      recipes,
      exclude,
      calibration: await readCalibration({ folder: source, file: await store.file(asked.text), asked }),
      scratch,
      checkpoint,
      signal,
      onProgress: (progress) => context.progress(progress),
      onResumed: (weights) => context.resumed(weights),
    });
    const provenance = {
      ...scan.provenance,
      'sensitivity.source': input.model.digest,
      'sensitivity.texts': asked.text.digest,
      'sensitivity.samples': asked.samples,
      'sensitivity.seed': asked.seed,
    };
    const whole: SensitivityScan = { ...scan, provenance };
    return { scan: await store.putJson(whole), provenance };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
