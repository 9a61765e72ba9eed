import type { Campaign } from '../campaign/campaign.ts';
import { nextRound } from '../plan/refine/next-round.ts';
import { lookedFor } from '../plan/looked-for.ts';
import type { Step } from '../plan/step.ts';
import { failureOf } from './failure.ts';
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
    const { message } = failureOf(error, 'scan');
    ledger.scanned(model, null);
    const place = { model, label: 'a mix of precisions', trial: null };
    const reason = `not planned: how sensitive the weights are could not be measured: ${message}`;
    ledger.refuse(campaign.targets.map(({ id: target }) => ({ ...place, target, reason })));
  }
}

/** Adds a round: what the methods make of the proposals, as far as it is new and within the budget. */
export async function planNext(
  { proposals }: Extract<Step, { kind: 'plan' }>,
  { campaign, ledger, progress }: { campaign: Campaign; ledger: Ledger; progress: Progress },
): Promise<void> {
  const { targets, calibration } = campaign;
  const { candidates, refused } = await prepare.prepareCandidates({
    proposals,
    targets,
    ...(calibration !== undefined && { calibration }),
  });
  for (const { proposal, reason } of refused) {
    const { model, targets: on, wish, why } = proposals[proposal]!;
    const place = {
      model,
      label: lookedFor(wish),
      trial: null,
      reason: `not planned, though ${why}: ${reason}`,
    };
    ledger.refuse(on.map((target) => ({ ...place, target })));
  }
  const trials = nextRound(campaign, ledger.board(), candidates);
  ledger.beginRound(trials);
  progress.plan(trials);
}
