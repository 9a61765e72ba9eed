import type { Client } from '@temporalio/client';
import {
  CAMPAIGN_QUERY,
  inForce,
  PROGRESS_QUERY,
  type Campaign,
  type CampaignProgress,
} from '@quantloop/core';
import {
  DashboardRefusal,
  type CampaignEntry,
  type CampaignLook,
  type CampaignSource,
} from '@quantloop/dashboard';
import { tailLog } from '@quantloop/worker/log';
import QuickLru from 'quick-lru';
import { CliError, EXIT } from '../cli-error.ts';
import { recordAct } from '../acts/record-act.ts';
import { campaignSnapshot } from '../run/campaign-snapshot.ts';
import { findCampaign, listCampaigns, requireCampaign, type FoundCampaign } from '../run/find-campaign.ts';
import { livingPollers } from '../run/living-pollers.ts';
import { rolesFor } from '../session.ts';
import { actInputOf } from './act-input-of.ts';
import { knownJobs } from '../plan/known-jobs.ts';
import { RunHistory } from './run-history.ts';
import { CampaignRows } from '../run/campaign-rows.ts';

type Live = NonNullable<CampaignLook['live']>;

/** Runs that have ended, and so stay as they are: asking for one may make a worker replay all of it. */
const ENDED = 16;

/** Lines of the log that are shown. */
const LINES = 60;

/**
 * What the dashboard shows, as Temporal and the folders of runs, logs and store have it.
 *
 * @param options.dir state folder: the logs of workers that use it are shown
 */
export function temporalCampaigns(
  client: Client,
  options: { dir: string; storeRoot: string },
): CampaignSource {
  const { dir, storeRoot } = options;
  const rows = new CampaignRows();
  const history = new RunHistory();
  const earlier = knownJobs(storeRoot);
  const ended = new QuickLru<string, Live>({ maxSize: ENDED });
  return {
    list: async () => (await listCampaigns(client)).map(entryOf),
    look: async (name) => {
      const found = await findCampaign(client, name);
      if (found === undefined) return undefined;
      const [live, pollers] = await Promise.all([
        liveOf(found),
        Promise.all(rolesFor(found.targets).map((role) => livingPollers(client, role))),
      ]);
      const identities = pollers.flat();
      const log = await tailLog({
        ...{ dir, identities, lines: LINES },
        matching: ({ campaign }) => campaign === undefined || campaign === name,
      });
      return {
        entry: entryOf(found),
        ...(live !== undefined && { live }),
        workers: identities.map((identity) => ({ identity })),
        log: log.map(({ time, level, msg, trial, stage }) => ({ time, level, msg, trial, stage })),
      };
    },
    history: async (name) => {
      const found = await findCampaign(client, name);
      return found === undefined ? [] : history.beside(found.folder);
    },
    act: async (name, request) => {
      const { handle } = await requireCampaign(client, name);
      const [campaign, { acts }] = await Promise.all([
        handle.query<Campaign>(CAMPAIGN_QUERY),
        handle.query<CampaignProgress>(PROGRESS_QUERY),
      ]);
      try {
        return await recordAct(handle, actInputOf(request, inForce(campaign, acts)));
      } catch (error) {
        if (!(error instanceof CliError) || error.exitCode !== EXIT.invalid) throw error;
        throw new DashboardRefusal(409, 'refused', error.message, error.hint);
      }
    },
    cancel: async (name) => void (await (await requireCampaign(client, name)).handle.cancel()),
  };

  async function liveOf(found: FoundCampaign): Promise<Live | undefined> {
    const { name, run, status } = found;
    const key = `${name}/${run}`;
    const known = ended.get(key);
    if (known !== undefined) return known;
    try {
      const live = await ask(found);
      if (status !== 'RUNNING') ended.set(key, live);
      return live;
    } catch {
      // Nothing answers: no control worker, or it is busy with a stage of its own.
      return undefined;
    }
  }

  async function ask(found: FoundCampaign): Promise<Live> {
    const { handle, run } = found;
    const [{ progress, active }, campaign, measured, before] = await client.withDeadline(
      Date.now() + 5_000,
      () =>
        Promise.all([
          campaignSnapshot(client, handle.workflowId),
          handle.query<Campaign>(CAMPAIGN_QUERY),
          rows.of(handle, run),
          earlier(found),
        ]),
    );
    return { campaign, progress, active, rows: measured, earlier: before };
  }
}

function entryOf({ name, run, status, started, closed, folder }: FoundCampaign): CampaignEntry {
  return {
    ...{ name, run, folder, status: status.toLowerCase() },
    started: started.toISOString(),
    closed: closed?.toISOString() ?? null,
  };
}
