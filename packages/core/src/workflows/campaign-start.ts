import type { CampaignWorkflowInput } from './messages.ts';
import { CONTROL_QUEUE, campaignWorkflowId } from './queues.ts';

/** How a campaign's workflow is started, by a client or as a child. The memo is what lists of campaigns show. */
export function campaignStart(input: CampaignWorkflowInput) {
  const { campaign, run, specDigest, folder } = input;
  const args: [CampaignWorkflowInput] = [input];
  return {
    workflowId: campaignWorkflowId(campaign.campaign),
    taskQueue: CONTROL_QUEUE,
    args,
    // On a loaded machine a server that has just started loses its first task in one of six runs; the default is 10 s.
    workflowTaskTimeout: '5s',
    memo: { run, specDigest, folder, targets: campaign.targets.map((target) => target.id) },
  } as const;
}
