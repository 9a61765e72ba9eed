import type { WorkflowHandle } from '@temporalio/client';
import type { CampaignWorkflowResult, TrialProgress } from '@quantloop/core';
import { EXIT } from '../cli-error.ts';
import { rolesFor, type Session } from '../session.ts';
import { campaignSnapshot, type CampaignSnapshot } from './campaign-snapshot.ts';
import { hasEnded } from './news-lines.ts';
import { interruption } from './interruption.ts';
import { LiveBoard } from './live-board.ts';
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
  let last: CampaignSnapshot | undefined;
  const stop = interruption(() => whatGoesOn(session, name, last));
  const board = new LiveBoard(handle);
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
      onSnapshot: async (snapshot) => {
        last = snapshot;
        // A plot is not worth a failure: the next look asks again.
        const measured = view.plots ? board.after(snapshot.progress).catch(() => undefined) : undefined;
        view.show(snapshot, await measured);
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

/** For who leaves: what has been done, what goes on without them, and the way back. */
function whatGoesOn(session: Session, name: string, last: CampaignSnapshot | undefined): string {
  const trials = last?.progress.trials ?? [];
  const done = `${trials.filter(hasEnded).length} of ${trials.length} trials have ended`;
  const state = trials.length === 0 ? '' : ` ${done}.`;
  return session.embedded
    ? `Interrupted.${state} Nothing runs now; what is finished is kept.\n\`quantloop resume ${name}\` goes on from there.`
    : `No longer following.${state} The campaign goes on where its workers are.\n` +
        `\`quantloop resume ${name}\` follows it again, \`quantloop status ${name}\` looks, \`quantloop cancel ${name}\` ends it.`;
}

/** Exit code of a decision. Not being able to tell is not a decision to ship. */
export function exitCodeOfOutcome(outcome: CampaignWorkflowResult['decision']['outcome']): number {
  return outcome === 'selected' ? EXIT.ok : EXIT.nothingAcceptable;
}
