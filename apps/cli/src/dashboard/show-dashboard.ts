import { resolve } from 'node:path';
import { startDashboard } from '@quantloop/dashboard';
import { storeRoot } from '../commands/common-options.ts';
import { printJson } from '../output/print-json.ts';
import { Interrupted, interruption } from '../run/interruption.ts';
import { missingRoles } from '../run/living-pollers.ts';
import { openSession, type SessionOptions } from '../session.ts';
import { temporalCampaigns } from './temporal-campaigns.ts';

export interface ShowDashboardOptions extends Omit<SessionOptions, 'verbose' | 'port'> {
  host: string;
  /** Of the page. */
  port: number;
  temporalUi?: string;
  json: boolean;
}

/** Serves the page until Ctrl-C or SIGTERM. */
export async function showDashboard({ port, json, ...options }: ShowDashboardOptions): Promise<void> {
  const stop = interruption('stopped');
  try {
    const session = await openSession({
      ...options,
      onProgress: (line) => console.error(line),
      logAs: 'dashboard',
    });
    try {
      // Workflows answer through a control worker; where none lives, this process is one.
      await session.startWorkers(await missingRoles(session.client, ['control']));
      const dashboard = await startDashboard({
        ...options,
        port,
        source: temporalCampaigns(session.client, {
          dir: resolve(options.dir),
          storeRoot: storeRoot(options),
        }),
        namespace: session.client.options.namespace,
      });
      if (json) printJson({ url: dashboard.url, pid: process.pid });
      else
        console.log(
          `Dashboard: ${dashboard.url}\nWho has this address may act. Ctrl-C stops it; campaigns go on.`,
        );
      await Promise.race([stop.happened, session.failed]).catch((reason: unknown) => {
        if (!(reason instanceof Interrupted)) throw reason;
      });
      await dashboard.close();
    } finally {
      await session.close();
    }
  } finally {
    stop.dispose();
  }
}
