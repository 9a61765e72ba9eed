import { DEFAULT_PRIORITY, type Priority } from '../campaign/priority.ts';
import type { CampaignWorkflowInput } from './messages.ts';
import { CONTROL_QUEUE, campaignWorkflowId } from './queues.ts';

export interface CampaignStartOptions {
  /** @default 3 */
  priority?: Priority | undefined;
}

/**
 * How a campaign's workflow is started, by a client or as a child. The memo is what lists of campaigns show. Its trials and
 * their activities inherit the priority, and share every queue fairly with those of other campaigns of the same priority.
 */
export function campaignStart(
  input: CampaignWorkflowInput,
  { priority = DEFAULT_PRIORITY }: CampaignStartOptions = {},
) {
  const { campaign, run, specDigest, folder } = input;
  const args: [CampaignWorkflowInput] = [input];
  return {
    workflowId: campaignWorkflowId(campaign.campaign),
    taskQueue: CONTROL_QUEUE,
    args,
    // On a loaded machine a server that has just started loses its first task in one of six runs; the default is 10 s.
    workflowTaskTimeout: '5s',
    priority: { priorityKey: priority, fairnessKey: campaign.campaign },
    memo: { run, specDigest, folder, targets: campaign.targets.map((target) => target.id) },
  } as const;
}
