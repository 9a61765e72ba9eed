import type { Client, ScheduleExecutionResult, ScheduleHandle } from '@temporalio/client';
import type { NightWorkflowResult, Schedule } from '@quantloop/core';
import { campaignFailure } from '../run/campaign-failure.ts';
import { NightlyMemo } from './nightly.ts';

export interface DescribedSchedule {
  campaign: string;
  paused: boolean;
  note?: string;
  /** As in the campaign file, with its defaults. */
  schedule: unknown;
  /** Folder that receives `<campaign>/<run>/`. */
  out: string;
  /** ISO 8601, the next first. */
  next: string[];
  /** The latest first. */
  nights: Night[];
  /** How many were begun, skipped since the one before still ran, and missed for good while the server was down. */
  begun: number;
  skipped: number;
  missed: number;
}

export interface Night {
  /** ISO 8601. */
  due: string;
  /** Temporal's, lower case. */
  status: string;
  /** Of a night that ended with a decision. */
  result?: NightWorkflowResult;
  /** Why it ended without one. */
  failure?: string;
}

/** A schedule, and what came of its last nights. */
export async function describeSchedule(
  client: Client,
  campaign: string,
  handle: ScheduleHandle,
): Promise<DescribedSchedule> {
  const { action, state, info } = await handle.describe();
  const { schedule, out } = NightlyMemo.parse(action.memo);
  return {
    campaign,
    paused: state.paused,
    ...(state.note && { note: state.note }),
    schedule: JSON.parse(schedule) as Schedule,
    out,
    next: info.nextActionTimes.map((time) => time.toISOString()),
    nights: await Promise.all(info.recentActions.toReversed().map((each) => night(client, each))),
    begun: info.numActionsTaken,
    skipped: info.numActionsSkippedOverlap,
    missed: info.numActionsMissedCatchupWindow,
  };
}

async function night(client: Client, { scheduledAt, action }: ScheduleExecutionResult): Promise<Night> {
  const { workflowId, firstExecutionRunId } = action.workflow;
  const due = scheduledAt.toISOString();
  const handle = client.workflow.getHandle(workflowId, firstExecutionRunId);
  try {
    const status = (await handle.describe()).status.name.toLowerCase();
    if (status === 'running') return { due, status };
    return await handle.result().then(
      (result) => ({ due, status, result: result as NightWorkflowResult }),
      async (error: unknown) => ({ due, status, failure: (await campaignFailure(error)).error.message }),
    );
  } catch (error) {
    if ((error as Error).name !== 'WorkflowNotFoundError') throw error;
    return { due, status: 'forgotten' };
  }
}
