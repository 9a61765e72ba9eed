import { printJson } from '../output/print-json.ts';
import { knownJobs } from '../plan/known-jobs.ts';
import { requireCampaign } from '../run/find-campaign.ts';
import { Interrupted, interruption } from '../run/interruption.ts';
import { missingRoles } from '../run/living-pollers.ts';
import { hasServer, openSession, type SessionOptions } from '../session.ts';
import { watchWork } from './watch-work.ts';
import { workLines } from './work-lines.ts';
import { lookAtWork } from './work.ts';

export interface ShowWorkOptions extends SessionOptions {
  /** Until it is stopped, or the campaign has ended; else one look. */
  watch: boolean;
  json: boolean;
  /** Whose journal tells how long jobs took. */
  storeRoot: string;
  /** The campaign that is shown. Default: all that run */
  only?: string;
}

/** Shows what every worker does and what remains. */
export async function showWork(options: ShowWorkOptions): Promise<void> {
  const { watch, json, only } = options;
  if (!(await hasServer(options)) && !watch) {
    const nothing = { campaigns: [], workers: [], queued: [] };
    if (json) printJson(nothing);
    else console.log(workLines(nothing, 80).join('\n'));
    return;
  }
  const stop = interruption('stopped');
  try {
    const session = await openSession(options);
    try {
      const { client } = session;
      if (only !== undefined) await requireCampaign(client, only);
      // Workflows answer through a control worker; where none lives, this process is one.
      await session.startWorkers(await missingRoles(client, ['control']));
      const earlier = knownJobs(options.storeRoot);
      const look = () => lookAtWork({ client, earlier, ...(only !== undefined && { only }) });
      if (watch) {
        const stopped = Promise.race([stop.happened, session.failed]);
        await watchWork({ look, json, stopped, ...(only !== undefined && { only }) });
      } else {
        const work = await look();
        if (json) printJson(work);
        else console.log(workLines(work, process.stdout.columns ?? 80).join('\n'));
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    } finally {
      await session.close();
    }
  } finally {
    stop.dispose();
  }
}
