import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import {
  CAMPAIGN_WORKFLOW,
  CONTROL_QUEUE,
  campaignWorkflowId,
  type Campaign,
  type CampaignWorkflowInput,
} from '@quantloop/core';
import { CliError, EXIT } from '../cli-error.ts';
import { findCampaign } from './find-campaign.ts';

export interface StartCampaignOptions {
  client: Client;
  campaign: Campaign;
  specDigest: string;
  /** Folder that receives `<campaign>/<run>/`. */
  out: string;
}

export interface StartedCampaign {
  handle: WorkflowHandle;
  run: string;
  /** Absolute folder of the run's files. */
  folder: string;
  /** The same campaign was already running, and was joined. */
  attached: boolean;
}

/** Starts the campaign's workflow, or joins the one that runs with the same spec. */
export async function startCampaign(options: StartCampaignOptions): Promise<StartedCampaign> {
  const { client, campaign, specDigest } = options;
  const workflowId = campaignWorkflowId(campaign.campaign);
  const running = await joinRunning(options);
  if (running !== undefined) return running;
  const { run, folder } = newRun(resolve(options.out, campaign.campaign));
  const input: CampaignWorkflowInput = { campaign, run, specDigest, folder };
  try {
    const handle = await client.workflow.start(CAMPAIGN_WORKFLOW, {
      workflowId,
      taskQueue: CONTROL_QUEUE,
      args: [input],
      // On a loaded machine a server that has just started loses its first task in one of six runs; the default is 10 s.
      workflowTaskTimeout: '5s',
      memo: { run, specDigest, folder, targets: campaign.targets.map((target) => target.id) },
    });
    return { handle, run, folder, attached: false };
  } catch (error) {
    // Another process was a moment faster.
    const joined =
      (error as Error).name === 'WorkflowExecutionAlreadyStartedError'
        ? await joinRunning(options)
        : undefined;
    if (joined === undefined) throw error;
    return joined;
  }
}

async function joinRunning({
  client,
  campaign,
  specDigest,
}: StartCampaignOptions): Promise<StartedCampaign | undefined> {
  const found = await findCampaign(client, campaign.campaign);
  if (found?.status !== 'RUNNING') return undefined;
  if (found.specDigest === specDigest) {
    return { handle: found.handle, run: found.run, folder: found.folder, attached: true };
  }
  throw new CliError({
    message: `The campaign "${campaign.campaign}" is already running, with another spec (run ${found.run})`,
    hint:
      `\`quantloop resume ${campaign.campaign}\` follows that one, \`quantloop cancel ${campaign.campaign}\` ends it; ` +
      'or give this one another name.',
    exitCode: EXIT.invalid,
  });
}

/** A run is named after its start, so that runs sort by time. */
function newRun(campaignFolder: string): { run: string; folder: string } {
  const name = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  for (let attempt = 1; ; attempt++) {
    const run = attempt === 1 ? name : `${name}-${attempt}`;
    const folder = join(campaignFolder, run);
    if (!existsSync(folder)) return { run, folder };
  }
}
