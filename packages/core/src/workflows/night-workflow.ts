import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  ChildWorkflowFailure,
  executeChild,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import type { NightFile } from '../decide/night-events.ts';
import { runName } from '../plan/run-name.ts';
import { count } from './campaign-metrics.ts';
import { campaignStart } from './campaign-start.ts';
import type { campaignWorkflow } from './campaign-workflow.ts';
import { failureOf } from './failure.ts';
import { isListed } from './listing.ts';
import { CAMPAIGN_WORKFLOW, type NightWorkflowInput, type NightWorkflowResult } from './messages.ts';
import { announceNight, present } from './stages.ts';

/**
 * One night of a schedule: a run of the campaign under the campaign's own workflow id, as if it had been started by hand,
 * beside the last decision before it; whoever is to be told of what that changes is told. Temporal appends the time to
 * the ids of what a schedule starts, which is why that is this workflow and not the campaign.
 */
export async function nightWorkflow(input: NightWorkflowInput): Promise<NightWorkflowResult> {
  const { out, campaign, specDigest, priority, webhook } = input;
  const run = runName(new Date());
  const folder = `${out}/${campaign.campaign}/${run}`;
  const start = campaignStart({ campaign, specDigest, run, folder }, { priority, listed: isListed() });
  try {
    const { decision } = await executeChild<typeof campaignWorkflow>(CAMPAIGN_WORKFLOW, start);
    const night = await present.compareNight({ folder });
    night.events.forEach(count.night);
    const unannounced = await announce(night);
    return {
      ...{ run, folder, outcome: decision.outcome, before: night.before, events: night.events },
      ...(unannounced !== undefined && { unannounced }),
    };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failure = nightFailure(error);
    const because = `The night failed: ${failure.message}`;
    const event = { kind: 'failed', place: null, because } as const;
    count.night(event);
    await announce({
      ...{ schemaVersion: 1, campaign: campaign.campaign, run, before: null },
      events: [event],
    });
    throw failure;
  }

  /** Answers why it could not. */
  async function announce(night: NightFile): Promise<string | undefined> {
    if (webhook === undefined || night.events.length === 0) return undefined;
    try {
      await announceNight({ webhook, id: `${workflowInfo().workflowId}/${run}`, night });
      return undefined;
    } catch (error) {
      return failureOf(error, 'announceNight').message;
    }
  }

  function nightFailure(error: unknown): ApplicationFailure {
    if (error instanceof WorkflowExecutionAlreadyStartedError) {
      return ApplicationFailure.nonRetryable(
        `The campaign "${campaign.campaign}" was running already; this night is left out.`,
        'already-running',
      );
    }
    const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
    const { message, code } = failureOf(cause, 'night');
    return ApplicationFailure.nonRetryable(message, code);
  }
}
