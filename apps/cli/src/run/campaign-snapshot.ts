import {
  decode,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { campaignWorkflowId, type CampaignProgress, type TrialProgress } from '@quantloop/core';
import { z } from 'zod';
import { campaignProgress } from './campaign-progress.ts';

/** What a stage says of itself through its heartbeats. */
const JobProgress = z.object({
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  note: z.string().optional(),
});
export type JobProgress = z.infer<typeof JobProgress>;

export interface ActiveStage {
  /** Activity name. */
  stage: string;
  attempt: number;
  /** Waiting for a worker, rather than being worked on. */
  queued: boolean;
  /** Who works on it: `<host>/<role>/<pid>`. */
  worker: string | undefined;
  progress: JobProgress | undefined;
  /** Since this attempt began; undefined while it is queued. */
  seconds: number | undefined;
  /** Why the attempt before this one failed. */
  lastFailure: string | undefined;
}

/** Where a campaign stands at one moment. */
export interface CampaignSnapshot {
  /** Of the campaign. */
  name: string;
  progress: CampaignProgress;
  /** The stage at work on each running trial, by trial id; under `''` the campaign's own (import, scan, plan, report). */
  active: Map<string, ActiveStage>;
}

/** Asks the campaign's workflow and the trials that run. Needs a living control worker. */
export async function campaignSnapshot(client: Client, workflowId: string): Promise<CampaignSnapshot> {
  const handle = client.workflow.getHandle(workflowId);
  const progress = await client.withDeadline(Date.now() + 5_000, () => campaignProgress(handle));
  const running = progress.trials.filter((trial) => trial.status === 'running');
  const asked: [string, string][] = [
    ...(['import', 'scan', 'plan', 'report'].includes(progress.phase)
      ? ([['', workflowId]] as [string, string][])
      : []),
    ...running.map((trial: TrialProgress): [string, string] => [trial.id, trial.workflowId]),
  ];
  const active = new Map<string, ActiveStage>();
  await Promise.all(
    asked.map(async ([id, child]) => {
      const stage = await activeStage(client, child).catch(() => undefined);
      if (stage !== undefined) active.set(id, stage);
    }),
  );
  return { name: workflowId.slice(campaignWorkflowId('').length), progress, active };
}

async function activeStage(client: Client, workflowId: string): Promise<ActiveStage | undefined> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const [pending] = raw.pendingActivities ?? [];
  if (pending == null) return undefined;
  const converter = client.options.loadedDataConverter;
  const [payload] = await decode(converter.payloadCodecs, pending.heartbeatDetails?.payloads ?? []);
  const details = payload === undefined ? undefined : defaultPayloadConverter.fromPayload<unknown>(payload);
  const failure = await decodeOptionalFailureToOptionalError(converter, pending.lastFailure);
  return {
    stage: pending.activityType?.name ?? '',
    attempt: pending.attempt ?? 1,
    queued: pending.lastStartedTime == null,
    worker: pending.lastWorkerIdentity || undefined,
    progress: JobProgress.safeParse(details).data,
    seconds: pending.lastStartedTime == null ? undefined : secondsSince(pending.lastStartedTime),
    lastFailure: failure?.message,
  };
}

/** Clocks of two machines may differ. */
function secondsSince({ seconds, nanos }: { seconds?: unknown; nanos?: number | null }): number {
  return Math.max(0, Date.now() / 1000 - Number(seconds) - (nanos ?? 0) / 1e9);
}
