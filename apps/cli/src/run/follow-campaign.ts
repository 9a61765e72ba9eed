import type { WorkflowHandle } from '@temporalio/client';
import type { CampaignWorkflowResult, TrialProgress } from '@quantloop/core';
import { EXIT } from '../cli-error.ts';
import { rolesFor, type Session } from '../session.ts';
import { campaignSnapshot, type CampaignSnapshot } from './campaign-snapshot.ts';
import { interruption } from './interruption.ts';
import { missingRoles } from './living-pollers.ts';
import type { ProgressView } from './progress-view.ts';
import { watchCampaign } from './watch-campaign.ts';

export interface FollowCampaignOptions {
  session: Session;
  handle: WorkflowHandle;
  name: string;
  view: ProgressView;
  /** Targets whose workers this process provides where nobody else does; empty: none at all. */
  targets: readonly string[];
}

export interface FollowedCampaign {
  result: CampaignWorkflowResult;
  trials: readonly TrialProgress[];
}

const LOOK_FOR_WORKERS_EVERY_MS = 2_000;

/** Shows a campaign until its end. Steps in with workers when those of another process have gone. */
export async function followCampaign(options: FollowCampaignOptions): Promise<FollowedCampaign> {
  const { session, handle, name, view, targets } = options;
  const stop = interruption(
    session.embedded
      ? `Interrupted. What is finished stays; \`quantloop resume ${name}\` goes on from there.`
      : `No longer following. The campaign goes on where its workers are; \`quantloop resume ${name}\` follows it again.`,
  );
  let last: CampaignSnapshot | undefined;
  let looked = Date.now();
  const onTick = async () => {
    if (session.fresh || targets.length === 0 || Date.now() - looked < LOOK_FOR_WORKERS_EVERY_MS) return;
    looked = Date.now();
    // While the server restarts nobody can tell; the next look will.
    const missing = await missingRoles(session.client, rolesFor(targets)).catch(() => []);
    await session.startWorkers(missing);
  };
  try {
    const result = await watchCampaign({
      client: session.client,
      handle,
      every: view.every,
      stopped: Promise.race([stop.happened, session.failed]),
      onTick,
      onSnapshot: (snapshot) => {
        last = snapshot;
        view.show(snapshot);
      },
    });
    const final = await campaignSnapshot(session.client, handle.workflowId).catch(() => last);
    if (final !== undefined) view.show(final);
    return { result, trials: final?.progress.trials ?? [] };
  } finally {
    view.end();
    stop.dispose();
  }
}

/** Exit code of a decision. Not being able to tell is not a decision to ship. */
export function exitCodeOfOutcome(outcome: CampaignWorkflowResult['decision']['outcome']): number {
  return outcome === 'selected' ? EXIT.ok : EXIT.nothingAcceptable;
}
