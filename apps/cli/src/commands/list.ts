import type { Command } from 'commander';
import { outputOptions, serverOptions, type OutputOptions, type ServerOptions } from './common-options.ts';

export function define(command: Command): void {
  outputOptions(serverOptions(command))
    .summary('list campaigns and their runs')
    .action(async (options: OutputOptions & ServerOptions) => {
      const { printJson } = await import('../output/print-json.ts');
      const { textTable } = await import('../output/text-table.ts');
      const { hasServer, openSession } = await import('../session.ts');
      const { listCampaigns } = await import('../run/find-campaign.ts');
      const { shortPath } = await import('../run/print-outcome.ts');
      const runs = (await hasServer(options)) ? await listFrom(await openSession(options)) : [];
      if (options.json) {
        printJson(runs);
      } else if (runs.length === 0) {
        console.log(
          'No campaign has been run here. `quantloop run <file>` starts one, `quantloop demo` shows one.',
        );
      } else {
        const rows = runs.map((run) => [
          run.campaign,
          run.run,
          run.status,
          run.started,
          shortPath(run.folder),
        ]);
        console.log(textTable([['campaign', 'run', 'status', 'started', 'folder'], ...rows]));
      }

      async function listFrom(session: Awaited<ReturnType<typeof openSession>>) {
        try {
          return (await listCampaigns(session.client)).map((found) => ({
            campaign: found.name,
            run: found.run,
            status: found.status.toLowerCase(),
            started: found.started.toISOString(),
            closed: found.closed?.toISOString() ?? null,
            folder: found.folder,
          }));
        } finally {
          await session.close();
        }
      }
    });
}
