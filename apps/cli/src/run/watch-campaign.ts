import type { Client, WorkflowHandle } from '@temporalio/client';
import type { CampaignWorkflowResult } from '@quantloop/core';
import { campaignFailure } from './campaign-failure.ts';
import { campaignSnapshot, type CampaignSnapshot } from './campaign-snapshot.ts';

export interface WatchCampaignOptions {
  client: Client;
  handle: WorkflowHandle;
  onSnapshot: (snapshot: CampaignSnapshot) => void;
  /** Runs at every look. */
  onTick?: () => Promise<void>;
  /** Rejects when watching makes no sense any more: interrupted, or a worker failed. */
  stopped: Promise<never>;
  /** Milliseconds between two looks. */
  every: number;
}

/** Follows a campaign to its end. Throws what it failed with, as an error with its code and hint. */
export async function watchCampaign(options: WatchCampaignOptions): Promise<CampaignWorkflowResult> {
  const { client, handle, every } = options;
  let ended = false;
  const result = resultOf(handle).finally(() => (ended = true));
  // Whoever stops watching early no longer waits for the result.
  result.catch(() => {});
  const looking = (async () => {
    while (!ended) {
      await options.onTick?.();
      const snapshot = await campaignSnapshot(client, handle.workflowId).catch(() => undefined);
      if (snapshot !== undefined) options.onSnapshot(snapshot);
      if (!ended)
        await Promise.race([result.catch(() => {}), new Promise((resolve) => setTimeout(resolve, every))]);
    }
  })();
  looking.catch(() => {});
  try {
    return await Promise.race([result, options.stopped]);
  } finally {
    ended = true;
  }
}

const UNREACHABLE_PATIENCE_MS = 60_000;

/** Waits through a restart of the server. */
async function resultOf(handle: WorkflowHandle): Promise<CampaignWorkflowResult> {
  let unreachableSince: number | undefined;
  for (;;) {
    try {
      return (await handle.result()) as CampaignWorkflowResult;
    } catch (error) {
      const failure = await campaignFailure(error);
      if (failure.kind !== 'unreachable') throw failure.error;
      unreachableSince ??= Date.now();
      if (Date.now() - unreachableSince > UNREACHABLE_PATIENCE_MS) throw failure.error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
