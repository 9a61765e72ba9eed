import type { Failure } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { ImportModelOutput, StageResult } from './activities.ts';
import { failureOf } from './failure.ts';
import { slidingWindow } from './sliding-window.ts';
import { prepare } from './stages.ts';

export interface ImportedModels {
  /** By model id. */
  sources: Map<string, StageResult<ImportModelOutput>>;
  /** Why the others cannot be used. */
  unusable: Map<string, Failure>;
}

/** Makes every model of the campaign ready to be quantized and run. One that cannot be is no reason to leave the others. */
export async function importModels({ models }: Campaign, width: number): Promise<ImportedModels> {
  const imported: ImportedModels = { sources: new Map(), unusable: new Map() };
  await slidingWindow(models, width, async ({ id, source }) => {
    try {
      imported.sources.set(id, await prepare.importModel({ source }));
    } catch (error) {
      imported.unusable.set(id, failureOf(error, 'import'));
    }
  });
  return imported;
}
