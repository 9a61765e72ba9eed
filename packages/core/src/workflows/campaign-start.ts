import { DEFAULT_PRIORITY, type Priority } from '../campaign/priority.ts';
import type { CampaignWorkflowInput } from './messages.ts';
import { searchAttributesOf } from './search-attributes.ts';
import { CONTROL_QUEUE, campaignWorkflowId } from './queues.ts';

export interface CampaignStartOptions {
  /** @default 3 */
  priority?: Priority | undefined;
  /** With search attributes, which the namespace must have. @default false */
  listed?: boolean;
}

/**
 * How a campaign's workflow is started, by a client or as a child. The memo is what lists of campaigns show. Its trials and
 * their activities inherit the priority, and share every queue fairly with those of other campaigns of the same priority.
 */
export function campaignStart(
  input: CampaignWorkflowInput,
  { priority = DEFAULT_PRIORITY, listed = false }: CampaignStartOptions = {},
) {
  const { campaign, run, specDigest, folder } = input;
  const models = campaign.models.map(({ id }) => id);
  const targets = campaign.targets.map(({ id }) => id);
  const args: [CampaignWorkflowInput] = [input];
  return {
    workflowId: campaignWorkflowId(campaign.campaign),
    taskQueue: CONTROL_QUEUE,
    args,
    // On a loaded machine a server that has just started loses its first task in one of six runs; the default is 10 s.
    workflowTaskTimeout: '5s',
    priority: { priorityKey: priority, fairnessKey: campaign.campaign },
    memo: { run, specDigest, folder, targets },
    ...(listed && {
      typedSearchAttributes: searchAttributesOf({ campaign: campaign.campaign, models, targets }),
    }),
  } as const;
}
