import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { CAMPAIGN_WORKFLOW, campaignStart, runName, type Campaign, type Priority } from '@quantloop/core';
import { CliError, EXIT } from '../cli-error.ts';
import { findCampaign } from './find-campaign.ts';

/** Of one payload; what is larger the server refuses without saying which it was. */
const MOST_BYTES = 2 * 2 ** 20;

export interface StartCampaignOptions {
  client: Client;
  campaign: Campaign;
  specDigest: string;
  /** Folder that receives `<campaign>/<run>/`. */
  out: string;
  /** Among campaigns that share workers. @default 3 */
  priority?: Priority | undefined;
  /** To be found by model, target and outcome. @default false */
  listed?: boolean;
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
  const { client, campaign, specDigest, priority, listed = false } = options;
  const running = await joinRunning(options);
  if (running !== undefined) return running;
  const { run, folder } = newRun(resolve(options.out, campaign.campaign));
  try {
    const start = campaignStart({ campaign, run, specDigest, folder }, { priority, listed });
    refuseTooLarge(start.args);
    const handle = await client.workflow.start(CAMPAIGN_WORKFLOW, start);
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

function refuseTooLarge(args: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(args));
  if (bytes <= MOST_BYTES) return;
  const mebibytes = (bytes / 2 ** 20).toFixed(1);
  throw new CliError({
    message: `The campaign takes ${mebibytes} MiB with all its recipes written out, and Temporal takes 2 MiB`,
    hint: 'Make several campaigns of it, with fewer recipes each; texts and tasks do not count, only what stands in the file.',
    exitCode: EXIT.invalid,
  });
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

function newRun(campaignFolder: string): { run: string; folder: string } {
  const name = runName(new Date());
  for (let attempt = 1; ; attempt++) {
    const run = attempt === 1 ? name : `${name}-${attempt}`;
    const folder = join(campaignFolder, run);
    if (!existsSync(folder)) return { run, folder };
  }
}
