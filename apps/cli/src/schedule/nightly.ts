import type { ScheduleOptionsStartWorkflowAction, ScheduleOverlapPolicy } from '@temporalio/client';
import {
  CONTROL_QUEUE,
  NIGHT_WORKFLOW,
  Priority,
  nightWorkflowId,
  type NightWorkflowInput,
  type Schedule,
} from '@quantloop/core';
import { z } from 'zod';
import { scheduleSpec } from './schedule-spec.ts';

export interface Nightly extends NightWorkflowInput {
  schedule: Schedule;
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
export function nightlyOptions({ campaign, specDigest, out, schedule, priority }: Nightly) {
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
  };
  return {
    spec: scheduleSpec(schedule),
    action,
    policies: { overlap: overlapPolicy(schedule), catchupWindow: schedule.catchUp.value * 1000 },
  };
}

const overlapPolicy = ({ overlap }: Pick<Schedule, 'overlap'>) =>
  overlap.toUpperCase().replace('-', '_') as ScheduleOverlapPolicy;
