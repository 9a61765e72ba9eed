import type { Client } from '@temporalio/client';
import { jobTimeLeft, timeLeft, type EarlierJob, type JobAtWork, type Question } from '@quantloop/core';
import { campaignSnapshot, type ActiveStage, type CampaignSnapshot } from '../run/campaign-snapshot.ts';
import { listCampaigns, type FoundCampaign } from '../run/find-campaign.ts';
import { livingPollers } from '../run/living-pollers.ts';
import { rolesFor } from '../session.ts';

/** Who does what, and what remains, at one moment. */
export interface Work {
  campaigns: CampaignWork[];
  workers: WorkerAtWork[];
  /** Jobs that wait for a worker. */
  queued: AssignedJob[];
}

export interface CampaignWork {
  name: string;
  run: string;
  /** Absent where nothing answers for the campaign. */
  phase?: string;
  round?: number;
  trials?: { ended: number; failed: number; total: number };
  asked?: Question['kind'];
  /** Seconds that what is planned will still take; absent while nothing tells. */
  secondsLeft?: number;
  /** Trials that are not in `secondsLeft`, since nothing tells how long they take. */
  unknown?: number;
}

export interface AssignedJob {
  campaign: string;
  /** Absent: of the campaign itself. */
  trial?: string;
  stage: string;
  attempt: number;
  progress?: { done: number; total: number; unit: string; note?: string | undefined };
  secondsLeft?: number;
  lastFailure?: string;
}

export interface WorkerAtWork {
  /** `<host>/<role>/<pid>`. */
  identity: string;
  job?: AssignedJob;
}

export interface LookAtWorkOptions {
  client: Client;
  /** Of these campaigns alone, where they run. Default: of all that run. */
  only?: string;
  /** What earlier campaigns tell of how long jobs take. */
  earlier: (campaign: FoundCampaign) => Promise<readonly EarlierJob[]>;
}

/** Asks every running campaign, and the queues of all they need. */
export async function lookAtWork({ client, only, earlier }: LookAtWorkOptions): Promise<Work> {
  const all = await listCampaigns(client);
  const running = all.filter(({ status }) => status === 'RUNNING');
  const snapshots = await Promise.all(
    running.map(async (found) => ({
      found,
      snapshot: await campaignSnapshot(client, found.handle.workflowId).catch(() => undefined),
    })),
  );
  const jobs = snapshots.flatMap(({ found, snapshot }) =>
    [...(snapshot?.active ?? [])].map(([trial, stage]) => ({
      stage,
      job: assigned(found.name, trial, stage),
    })),
  );
  const wanted = ({ name }: { name: string }) => only === undefined || name === only;
  const shown = snapshots.filter(({ found }) => wanted(found));
  // Workers that were needed before and are there still: idle.
  const targets = [...new Set(all.filter(wanted).flatMap((found) => found.targets))];
  const identities = await Promise.all(rolesFor(targets).map((role) => livingPollers(client, role)));
  return {
    campaigns: await Promise.all(
      shown.map(async ({ found, snapshot }) => campaignWork(found, snapshot, await earlier(found))),
    ),
    workers: [...new Set(identities.flat())].sort().map((identity) => {
      const own = jobs.find(({ stage }) => !stage.queued && stage.worker === identity);
      return { identity, ...(own !== undefined && { job: own.job }) };
    }),
    queued: jobs
      .filter(({ stage, job }) => stage.queued && wanted({ name: job.campaign }))
      .map(({ job }) => job),
  };
}

function campaignWork(
  { name, run }: FoundCampaign,
  snapshot: CampaignSnapshot | undefined,
  earlier: readonly EarlierJob[],
): CampaignWork {
  if (snapshot === undefined) return { name, run };
  const { phase, round, asked, trials } = snapshot.progress;
  const active = new Map([...snapshot.active].map(([id, stage]) => [id, atWork(stage)]));
  const left = timeLeft({ trials, active, earlier });
  const held = phase === 'waiting' || phase === 'paused';
  return {
    ...{ name, run, phase, round },
    trials: {
      ended: trials.filter(({ status }) => status !== 'waiting' && status !== 'running').length,
      failed: trials.filter(({ status }) => status === 'failed').length,
      total: trials.length,
    },
    ...(asked !== undefined && { asked: asked.kind }),
    ...(left.seconds > 0 && !held && { secondsLeft: left.seconds }),
    ...(left.unknown > 0 && { unknown: left.unknown }),
  };
}

/** A stage as estimates need it. */
export function atWork({ stage, seconds = 0, progress }: ActiveStage): JobAtWork {
  const fraction = progress !== undefined && progress.total > 0 ? progress.done / progress.total : undefined;
  return { stage, seconds, ...(fraction !== undefined && { fraction }) };
}

function assigned(campaign: string, trial: string, active: ActiveStage): AssignedJob {
  const { stage, attempt, progress, lastFailure } = active;
  const left = jobTimeLeft(atWork(active));
  return {
    ...{ campaign, stage, attempt },
    ...(trial !== '' && { trial }),
    ...(progress !== undefined && { progress }),
    ...(left !== undefined && { secondsLeft: left }),
    ...(lastFailure !== undefined && { lastFailure }),
  };
}
