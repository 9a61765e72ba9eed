import type { ScheduleOptionsStartWorkflowAction, ScheduleOverlapPolicy } from '@temporalio/client';
import {
  CONTROL_QUEUE,
  NIGHT_WORKFLOW,
  Priority,
  nightWorkflowId,
  searchAttributesOf,
  type NightWorkflowInput,
  type Schedule,
} from '@quantloop/core';
import { z } from 'zod';
import { scheduleSpec } from './schedule-spec.ts';

export interface Nightly extends NightWorkflowInput {
  schedule: Schedule;
  /** To be found by model, target and outcome. */
  listed: boolean;
}

/** What is written on a schedule, since Temporal gives back times in a form that nobody wrote. */
export const NightlyMemo = z.object({
  specDigest: z.string(),
  /** Of the runs: `<out>/<campaign>/<run>/`. */
  out: z.string(),
  /** JSON of the block in the campaign file, with its defaults. */
  schedule: z.string(),
  priority: Priority.optional(),
});
export type NightlyMemo = z.infer<typeof NightlyMemo>;

/** What is sent to Temporal to have a campaign run again and again. */
export function nightlyOptions({ campaign, specDigest, out, schedule, priority, listed }: Nightly) {
  const models = campaign.models.map(({ id }) => id);
  const targets = campaign.targets.map(({ id }) => id);
  const first = priority !== undefined && { priority };
  const memo: NightlyMemo = { specDigest, out, schedule: JSON.stringify(schedule), ...first };
  const { webhook } = schedule;
  const input: NightWorkflowInput = {
    ...{ campaign, specDigest, out },
    ...first,
    ...(webhook !== undefined && { webhook }),
  };
  const action: ScheduleOptionsStartWorkflowAction<(input: NightWorkflowInput) => Promise<unknown>> = {
    type: 'startWorkflow',
    workflowType: NIGHT_WORKFLOW,
    workflowId: nightWorkflowId(campaign.campaign),
    taskQueue: CONTROL_QUEUE,
    args: [input],
    // The schedule's own memo cannot be changed.
    memo: { ...memo },
    ...(listed && {
      typedSearchAttributes: searchAttributesOf({ campaign: campaign.campaign, models, targets }),
    }),
  };
  return {
    spec: scheduleSpec(schedule),
    action,
    policies: { overlap: overlapPolicy(schedule), catchupWindow: schedule.catchUp.value * 1000 },
  };
}

const overlapPolicy = ({ overlap }: Pick<Schedule, 'overlap'>) =>
  overlap.toUpperCase().replace('-', '_') as ScheduleOverlapPolicy;
