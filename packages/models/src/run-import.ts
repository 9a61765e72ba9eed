import { join } from 'node:path';
import type { ImportModelInput, ImportModelOutput } from '@quantloop/core';
import type { JobContext } from '@quantloop/jobs';
import { importModel } from './import/import-model.ts';

/** The job behind `importStage`, run in a child process of its own. */
export async function run({ source }: ImportModelInput, context: JobContext): Promise<ImportModelOutput> {
  const { store, signal } = context;
  const { folder, provenance } = await importModel({
    source,
    folder: join(await store.scratch(), 'model'),
    signal,
    onProgress: ({ done, total }) => context.progress({ done, total, unit: 'bytes' }),
  });
  return { model: await store.putFolder(folder), provenance };
}
