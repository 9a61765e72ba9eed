import type { CollectStatisticsInput, CollectStatisticsOutput } from '@quantloop/core';
import type { JobContext } from '@quantloop/jobs';
import { readCalibration } from '../calibrate/read-calibration.ts';
import { collectStatistics } from './collect-statistics.ts';

/** The job behind `statisticsStage`, run in a child process of its own. */
export async function run(
  input: CollectStatisticsInput,
  context: JobContext,
): Promise<CollectStatisticsOutput> {
  const { model, calibration: asked } = input;
  const { store, checkpoint, signal } = context;
  const source = await store.folder(model);
  const target = await store.scratch();
  const file = await store.file(asked.text);
  const { sequences } = await readCalibration({ folder: source, file, asked });
  await collectStatistics({
    ...{ source, target, sequences, checkpoint, signal },
    onProgress: (progress) => context.progress(progress),
    onResumed: (values) => context.resumed(values),
  });
  return {
    statistics: await store.putFolder(target),
    provenance: { 'statistics.calibration': asked.text.digest },
  };
}
