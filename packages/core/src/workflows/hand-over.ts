import { continueAsNew } from '@temporalio/workflow';
import type { ArtifactRef } from '../board/artifact-ref.ts';
import type { ImportedModels } from './import-models.ts';
import type { Ledger } from './ledger.ts';
import type { CampaignWorkflowInput, CampaignWorkflowResult, HandedOver } from './messages.ts';
import type { Progress } from './progress.ts';
import { present } from './stages.ts';

export interface Running {
  models: ImportedModels;
  ledger: Ledger;
  progress: Progress;
}

/**
 * Goes on in a new run of the workflow, with an empty history, where this one's has grown long. Nothing may be in flight.
 * The board goes by way of the store, in parts that each fit into a payload.
 */
export async function handOver(input: CampaignWorkflowInput, running: Running): Promise<never> {
  const { models, ledger, progress } = running;
  const handedOver: HandedOver = {
    parts: await keepParts(ledger),
    ledger: ledger.rest(),
    phases: progress.phases(),
    sources: [...models.sources],
    unusable: [...models.unusable],
  };
  return continueAsNew<(input: CampaignWorkflowInput) => Promise<CampaignWorkflowResult>>({
    ...input,
    handedOver,
  });
}

/** Puts the rows, and all else that grows with them, into the store. */
export async function keepParts(ledger: Ledger): Promise<ArtifactRef[]> {
  const parts: ArtifactRef[] = [];
  for (const part of ledger.parts()) parts.push((await present.keepPart({ part })).kept);
  return parts;
}

/** Takes over what the run before this one knew. */
export async function takeOver(
  { parts, sources, unusable }: HandedOver,
  { ledger, progress }: Omit<Running, 'models'>,
): Promise<ImportedModels> {
  for (const kept of parts) ledger.restore((await present.readPart({ kept })).part);
  progress.restore(ledger);
  return { sources: new Map(sources), unusable: new Map(unusable) };
}
