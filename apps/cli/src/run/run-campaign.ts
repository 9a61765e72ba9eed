import { join } from 'node:path';
import type { Priority } from '@quantloop/core';
import {
  storeRoot,
  type MetricsOptions,
  type OutputOptions,
  type ServerOptions,
} from '../commands/common-options.ts';
import type { PreparedCampaign } from '../campaign/prepare-campaign.ts';
import { printJson } from '../output/print-json.ts';
import { searchable } from '../temporal/search-attributes.ts';
import { openSession, rolesFor, type Session } from '../session.ts';
import { exitCodeOfOutcome, followCampaign, type FollowedCampaign } from './follow-campaign.ts';
import { missingRoles } from './living-pollers.ts';
import { printDecision, printTimeSpent, shortPath } from './print-outcome.ts';
import { progressView } from './progress-view.ts';
import { startCampaign } from './start-campaign.ts';
import { timeSpent, type TimeSpent } from './time-spent.ts';

export interface RunCampaignOptions extends ServerOptions, OutputOptions, MetricsOptions {
  prepared: PreparedCampaign;
  /** Folder that receives `<campaign>/<run>/`. */
  out: string;
  /** `performance.now()` at which the command began. */
  begun: number;
  /** Start workers in this process. Default: only with the embedded server. */
  workers?: boolean;
  /** Among campaigns that share workers. Default: the campaign file's. */
  priority?: Priority;
}

/** Runs a prepared campaign to its decision, prints it, and returns the exit code. */
export async function runCampaign(options: RunCampaignOptions): Promise<number> {
  const { prepared, begun } = options;
  const { campaign, specDigest } = prepared;
  const view = progressView({ json: options.json === true });
  // The campaign's own files must be in the store before a worker asks for them.
  const [session] = await Promise.all([
    openSession({ ...options, onProgress: view.note, logAs: 'run' }),
    prepared.publish(storeRoot(options)),
  ]);
  try {
    const provideWorkers = options.workers ?? session.embedded;
    const targets = provideWorkers ? campaign.targets.map((target) => target.id) : [];
    // Workers first, so that the first task finds a poller.
    if (provideWorkers) await startMissingWorkers(session, targets);
    else
      await warnWithoutWorkers(
        session,
        campaign.targets.map(({ id }) => id),
        view.note,
      );
    if (session.metricsUrl !== undefined) view.note(`Metrics: ${session.metricsUrl}`);
    const { out, priority = prepared.priority } = options;
    const { client } = session;
    const listed = await searchable(session, view.note);
    const started = await startCampaign({ client, campaign, specDigest, out, priority, listed });
    const startup = secondsSince(begun);
    const { run, folder } = started;
    const ids = { campaign: campaign.campaign, run };
    session.log(
      { ...ids, folder, server: session.address },
      started.attached ? 'joined a campaign' : 'started a campaign',
    );
    if (started.attached) view.note(`Joined run ${started.run}, which was already running.`);
    const followed = await followCampaign({
      session,
      handle: started.handle,
      name: campaign.campaign,
      view,
      targets,
    });
    const total = secondsSince(begun);
    const time = timeSpent({ total, startup, phases: followed.result.phases, trials: followed.trials });
    session.log({ ...ids, outcome: followed.result.decision.outcome, seconds: total }, 'decided');
    printResult({ followed, run, time, json: options.json === true });
    return exitCodeOfOutcome(followed.result.decision.outcome);
  } finally {
    await session.close();
  }
}

export async function startMissingWorkers(session: Session, targets: readonly string[]): Promise<void> {
  const roles = rolesFor(targets);
  await session.startWorkers(session.fresh ? roles : await missingRoles(session.client, roles));
}

async function warnWithoutWorkers(
  session: Session,
  targets: readonly string[],
  note: (line: string) => void,
): Promise<void> {
  for (const role of await missingRoles(session.client, rolesFor(targets))) {
    const flag = typeof role === 'string' ? `--${role}` : `--target ${role.target}`;
    note(
      `No worker is there for this; the campaign waits until one comes: quantloop worker ${flag} --address ${session.address}`,
    );
  }
}

export function printResult(options: {
  followed: FollowedCampaign;
  run: string;
  time: TimeSpent;
  json: boolean;
}): void {
  const { run, time } = options;
  const { decision, folder } = options.followed.result;
  const report = join(folder, 'report.html');
  if (options.json) {
    const { campaign, outcome, selections, nearestMisses } = decision;
    printJson({ campaign, run, outcome, selections, nearestMisses, folder, report, time });
    return;
  }
  printDecision(decision);
  printTimeSpent(time);
  console.log(`Report: ${shortPath(report)}`);
}

export function secondsSince(begun: number): number {
  return (performance.now() - begun) / 1000;
}
