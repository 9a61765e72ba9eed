import { PROGRESS_QUERY, type CampaignProgress, type ProgressAnswer } from '@quantloop/core';
import type { WorkflowHandle } from '@temporalio/client';

/** Where a campaign stands, with all of its trials, however many. Needs a living control worker. */
export async function campaignProgress(handle: WorkflowHandle): Promise<CampaignProgress> {
  const { more, ...progress } = await handle.query<ProgressAnswer, [number]>(PROGRESS_QUERY, 0);
  for (let further = more; further;) {
    const next = await handle.query<ProgressAnswer, [number]>(PROGRESS_QUERY, progress.trials.length);
    progress.trials.push(...next.trials);
    further = next.more;
  }
  return progress;
}
