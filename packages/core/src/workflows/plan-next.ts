import { isCancellation } from '@temporalio/workflow';
import type { Campaign } from '../campaign/campaign.ts';
import { nextRound } from '../plan/refine/next-round.ts';
import type { Step } from '../plan/step.ts';
import type { ImportedModels } from './import-models.ts';
import type { Ledger } from './ledger.ts';
import type { Progress } from './progress.ts';
import { prepare } from './stages.ts';

/** Measures how sensitive a model's weights are. Where that cannot be, rounds are planned without it. */
export async function scanModel(
  { model }: Extract<Step, { kind: 'scan' }>,
  { campaign, models, ledger }: { campaign: Campaign; models: ImportedModels; ledger: Ledger },
): Promise<void> {
  const source = models.sources.get(model);
  if (source === undefined || campaign.calibration === undefined) return ledger.scanned(model, null);
  try {
    const { output, execution } = await prepare.scanSensitivity({
      model: source.output.model,
      recipes: campaign.scan,
      exclude: [],
      calibration: campaign.calibration,
    });
    ledger.scanned(model, output.scan);
    if (!execution.cached) ledger.spend(model, execution.seconds);
  } catch (error) {
    if (isCancellation(error)) throw error;
    ledger.scanned(model, null);
  }
}

/** Adds a round: what the methods make of the proposals, as far as it is new and within the budget. */
export async function planNext(
  { proposals }: Extract<Step, { kind: 'plan' }>,
  { campaign, ledger, progress }: { campaign: Campaign; ledger: Ledger; progress: Progress },
): Promise<void> {
  const { targets, calibration } = campaign;
  const { candidates } = await prepare.prepareCandidates({
    proposals,
    targets,
    ...(calibration !== undefined && { calibration }),
  });
  const trials = nextRound(campaign, ledger.board(), candidates);
  ledger.beginRound(trials);
  progress.plan(trials);
}
