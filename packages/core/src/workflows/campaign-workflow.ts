import {
  ApplicationFailure,
  defineQuery,
  log,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { z } from 'zod';
import type { Failure } from '../board/trial.ts';
import { Campaign } from '../campaign/campaign.ts';
import { isPermanent } from '../errors/quantloop-error.ts';
import { byTurns } from '../plan/by-turns.ts';
import { deliberate } from '../plan/deliberate.ts';
import { groupBy } from '../plan/group-by.ts';
import { inForce } from '../plan/in-force.ts';
import { notTried } from '../plan/not-tried.ts';
import { planRound } from '../plan/plan-round.ts';
import type { Look, Step } from '../plan/step.ts';
import { count } from './campaign-metrics.ts';
import { handOver, keepParts, takeOver } from './hand-over.ts';
import { type ImportedModels, importModels } from './import-models.ts';
import { Ledger } from './ledger.ts';
import { listOutcome } from './listing.ts';
import {
  type CampaignWorkflowInput,
  type CampaignWorkflowResult,
  CAMPAIGN_QUERY,
  type ProgressAnswer,
  PROGRESS_QUERY,
  ROWS_QUERY,
  type RowsAnswer,
  type RowsQuestion,
} from './messages.ts';
import { People } from './people.ts';
import { planNext, scanModel } from './plan-next.ts';
import { Progress } from './progress.ts';
import { present } from './stages.ts';
import { takeLooks } from './take-looks.ts';

export const progressQuery = defineQuery<ProgressAnswer, [from?: number]>(PROGRESS_QUERY);
/** The campaign as it was begun, whatever people have changed since. */
export const campaignQuery = defineQuery<Campaign>(CAMPAIGN_QUERY);
export const rowsQuery = defineQuery<RowsAnswer, [RowsQuestion]>(ROWS_QUERY);

/** Models imported at once, and trials of one target in flight: enough to quantize the next while one is measured. */
const WIDTH = 4;

/** The same where there are several targets: what is quantized for one of them serves the others, and the disk stays small. */
const WIDTH_OF_EACH = 2;

/** Looks between two times that the history may be found too long. Each makes some ten events, of which there may be 10,000. */
const AT_ONCE = 250;

/** The loop: import, then whatever is to be done next, until nothing is; then decide and show. */
export async function campaignWorkflow(input: CampaignWorkflowInput): Promise<CampaignWorkflowResult> {
  const campaign = validated(input.campaign);
  const planned = planRound(campaign);
  const { handedOver } = input;
  const ledger = new Ledger(planned, handedOver?.ledger);
  const progress = new Progress(input, workflowInfo().workflowId, planned);
  const people = new People({ campaign, ledger, progress });
  setHandler(progressQuery, (from) => progress.snapshot(from));
  setHandler(campaignQuery, () => campaign);
  setHandler(rowsQuery, (known) => ledger.feed.since(known, workflowInfo().runId));
  log.info(handedOver === undefined ? 'campaign begun' : 'campaign goes on in another run of its workflow');

  // Before, all targets shared four trials in flight, and the last were measured when the first were through.
  const inLanes = campaign.targets.length > 1 && patched('lane-per-target');

  const models = await (handedOver === undefined ? begin() : takeOver(handedOver, { ledger, progress }));

  let step = await next();
  while (step.kind !== 'end') {
    await perform(step);
    if (workflowInfo().continueAsNewSuggested) await handOver(input, { models, ledger, progress });
    step = await next();
  }

  progress.enter('report');
  people.close();
  const board = ledger.board();
  const { run, folder } = input;
  const { decision } = await present.writeReport({
    ...{ campaign, run, folder, phases: progress.phases() },
    parts: await keepParts(ledger),
    acts: [...board.acts],
    at: Date.now(),
    ended: step.because,
    notTried: notTried(campaign, board, step.because),
  });
  count.board(board.trials);
  endIfAllFailed(board.trials.map(({ failure }) => failure));
  listOutcome(decision.outcome);
  count.campaign(decision.outcome);
  progress.enter('done');
  log.info('campaign ended', { outcome: decision.outcome, because: step.because, folder });
  return { decision, folder, phases: progress.phases() };

  async function begin(): Promise<ImportedModels> {
    progress.enter('import');
    const imported = await importModels(campaign, WIDTH);
    endIfAllFailed(campaign.models.map(({ id }) => imported.unusable.get(id)));
    return imported;
  }

  async function next(): Promise<Step> {
    await people.admit();
    return deliberate(campaign, ledger.board());
  }

  async function perform(step: Exclude<Step, { kind: 'end' }>): Promise<void> {
    const changed = inForce(campaign, ledger.acts());
    switch (step.kind) {
      case 'measure': {
        const { looks, givenUp, round } = step;
        progress.enter(round === 0 ? 'baseline' : 'trials', round);
        log.info('measuring', { round, looks: looks.length, givenUp: givenUp.length });
        for (const { trial, reason } of givenUp) {
          ledger.giveUp(trial, reason);
          progress.giveUp(trial, reason);
        }
        const targetOf = ({ trial }: Look) => ledger.plan(trial).trial.target;
        const taken = (inLanes ? byTurns(looks, targetOf) : looks).slice(0, AT_ONCE);
        const lanes = inLanes ? [...groupBy(taken, targetOf).values()] : [taken];
        await takeLooks({
          ...{ campaign: changed, models, ledger, progress, people, lanes },
          width: inLanes ? WIDTH_OF_EACH : WIDTH,
        });
        // Where only memory was lacking, a smaller version may still do.
        if (round === 0) endIfAllFailed(ledger.trials().map(({ failure }) => permanent(failure)));
        return;
      }
      case 'scan':
        progress.enter('scan');
        return scanModel(step, { campaign: changed, models, ledger });
      case 'plan':
        progress.enter('plan');
        return planNext(step, { campaign: changed, ledger, progress });
      case 'ask':
        progress.enter('waiting');
        return people.ask(step.question);
    }
  }
}

const permanent = (failure: Failure | undefined) =>
  failure !== undefined && isPermanent(failure.code) ? failure : undefined;

/** Nothing can be decided where nothing could be measured: that is a failure, and no verdict on the model. */
function endIfAllFailed(failures: readonly (Failure | undefined)[]): void {
  const [first] = failures;
  if (first === undefined || failures.includes(undefined)) return;
  count.campaign('failed');
  throw ApplicationFailure.nonRetryable(first.message, first.code, { hint: first.hint, stage: first.stage });
}

/** A ZodError thrown here would retry the workflow task for ever. */
function validated(campaign: unknown): Campaign {
  const parsed = Campaign.safeParse(campaign);
  if (!parsed.success) throw ApplicationFailure.nonRetryable(z.prettifyError(parsed.error), 'invalid-spec');
  return parsed.data;
}
