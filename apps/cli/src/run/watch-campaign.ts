import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { CampaignWorkflowResult } from '@quantloop/core';
import { campaignFailure } from './campaign-failure.ts';
import { campaignSnapshot, type CampaignSnapshot } from './campaign-snapshot.ts';

export interface WatchCampaignOptions {
  client: Client;
  handle: WorkflowHandle;
  onSnapshot: (snapshot: CampaignSnapshot) => Promise<void>;
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
  const leave = new AbortController();
  // Requests in flight are ended with it: the SDK would repeat them on a closed connection.
  const asking = <T>(ask: () => Promise<T>) => client.withAbortSignal(leave.signal, ask);
  const result = asking(() => resultOf(handle, leave.signal)).finally(() => leave.abort());
  const looking = asking(async () => {
    while (!leave.signal.aborted) {
      await pause(every, leave.signal);
      await options.onTick?.();
      const snapshot = await campaignSnapshot(client, handle.workflowId).catch(() => undefined);
      if (snapshot !== undefined && !leave.signal.aborted) await options.onSnapshot(snapshot);
    }
  });
  try {
    return await Promise.race([result, options.stopped, looking.then(() => result)]);
  } finally {
    leave.abort();
    await Promise.allSettled([result, looking]);
  }
}

const UNREACHABLE_PATIENCE_MS = 60_000;

/** Waits through a restart of the server. */
async function resultOf(handle: WorkflowHandle, left: AbortSignal): Promise<CampaignWorkflowResult> {
  let unreachableSince: number | undefined;
  for (;;) {
    try {
      return (await handle.result()) as CampaignWorkflowResult;
    } catch (error) {
      left.throwIfAborted();
      const failure = await campaignFailure(error);
      if (failure.kind !== 'unreachable') throw failure.error;
      unreachableSince ??= Date.now();
      if (Date.now() - unreachableSince > UNREACHABLE_PATIENCE_MS) throw failure.error;
      await pause(500, left);
    }
  }
}

/** Sleeps, but not beyond the signal. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
