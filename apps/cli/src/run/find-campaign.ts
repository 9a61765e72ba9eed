import type { Client, WorkflowHandle } from '@temporalio/client';
import { CAMPAIGN_WORKFLOW, campaignWorkflowId, SEARCH_ATTRIBUTES, suggestName } from '@quantloop/core';
import { CliError, EXIT } from '../cli-error.ts';
import { registration } from '../temporal/search-attributes.ts';

/** A campaign as Temporal knows it: its newest run. */
export interface FoundCampaign {
  handle: WorkflowHandle;
  name: string;
  /** Temporal's: RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED, TIMED_OUT. */
  status: string;
  started: Date;
  closed: Date | undefined;
  run: string;
  specDigest: string;
  folder: string;
  targets: string[];
  /** Where it has decided, and the server keeps it to be found by. */
  outcome?: string | undefined;
}

interface Memo {
  run?: string;
  specDigest?: string;
  folder?: string;
  targets?: string[];
}

/** The newest run of a campaign, or undefined when the server knows none of that name. */
export async function findCampaign(client: Client, name: string): Promise<FoundCampaign | undefined> {
  const handle = client.workflow.getHandle(campaignWorkflowId(name));
  try {
    const { status, startTime, closeTime, memo } = await handle.describe();
    return found(handle, name, status.name, startTime, closeTime, memo as Memo | undefined);
  } catch (error) {
    if ((error as Error).name === 'WorkflowNotFoundError') return undefined;
    throw error;
  }
}

/** The newest run, or an error that names the campaigns there are. */
export async function requireCampaign(client: Client, name: string): Promise<FoundCampaign> {
  const campaign = await findCampaign(client, name);
  if (campaign !== undefined) return campaign;
  const names = [...new Set((await listCampaigns(client)).map((other) => other.name))];
  throw unknownCampaign(name, names);
}

export function unknownCampaign(name: string, names: readonly string[]): CliError {
  return new CliError({
    message: `There is no campaign "${name}" here`,
    hint:
      names.length === 0
        ? 'None has been run in this folder: `quantloop run <file>` starts one.'
        : suggestName(name, names),
    exitCode: EXIT.invalid,
  });
}

/** Where a history grew long, the workflow went on in another run of the server's: that one stands for the campaign's. */
const RUNS = `WorkflowType = '${CAMPAIGN_WORKFLOW}' AND ExecutionStatus != 'ContinuedAsNew'`;

/** Of a campaign, as search attributes have it. */
export interface CampaignFilter {
  model?: string;
  target?: string;
  outcome?: string;
}

/** The runs the server remembers that fit, newest first. */
export async function listCampaigns(client: Client, filter: CampaignFilter = {}): Promise<FoundCampaign[]> {
  const campaigns: FoundCampaign[] = [];
  try {
    for await (const info of client.workflow.list({ query: queryOf(filter) })) {
      const handle = client.workflow.getHandle(info.workflowId, info.runId);
      const name = info.workflowId.slice(campaignWorkflowId('').length);
      campaigns.push({
        ...found(
          handle,
          name,
          info.status.name,
          info.startTime,
          info.closeTime,
          info.memo as Memo | undefined,
        ),
        outcome: info.typedSearchAttributes.get(SEARCH_ATTRIBUTES.outcome),
      });
    }
  } catch (cause) {
    if (Object.keys(filter).length === 0) throw cause;
    throw new CliError({
      message: `The server cannot look for that: ${(cause as Error).message}`,
      hint: `Its namespace needs search attributes, and campaigns begun since: ${registration(client)}`,
      exitCode: EXIT.invalid,
      cause,
    });
  }
  return campaigns.sort((a, b) => b.started.getTime() - a.started.getTime());
}

function queryOf(filter: CampaignFilter): string {
  const conditions = (['model', 'target', 'outcome'] as const).flatMap((by) => {
    const value = filter[by];
    return value === undefined ? [] : [`${SEARCH_ATTRIBUTES[by].name} = '${value.replaceAll("'", "''")}'`];
  });
  return [RUNS, ...conditions].join(' AND ');
}

function found(
  handle: WorkflowHandle,
  name: string,
  status: string,
  started: Date,
  closed: Date | undefined,
  memo: Memo = {},
): FoundCampaign {
  const { run = '', specDigest = '', folder = '', targets = [] } = memo;
  return { handle, name, status, started, closed, run, specDigest, folder, targets };
}
