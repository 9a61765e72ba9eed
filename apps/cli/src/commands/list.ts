import type { Command } from 'commander';
import type { CampaignFilter } from '../run/find-campaign.ts';
import { outputOptions, serverOptions, type OutputOptions, type ServerOptions } from './common-options.ts';

export function define(command: Command): void {
  outputOptions(serverOptions(command))
    .summary('list campaigns and their runs')
    .option('--model <id>', 'only those with this model')
    .option('--target <id>', 'only those with this target')
    .option('--outcome <outcome>', 'only those that decided so: selected, none-acceptable, inconclusive')
    .action(async (options: OutputOptions & ServerOptions & CampaignFilter) => {
      const { printJson } = await import('../output/print-json.ts');
      const { textTable } = await import('../output/text-table.ts');
      const { hasServer, openSession } = await import('../session.ts');
      const { listCampaigns } = await import('../run/find-campaign.ts');
      const { shortPath } = await import('../run/print-outcome.ts');
      const { model, target, outcome } = options;
      const filter = {
        ...(model !== undefined && { model }),
        ...(target !== undefined && { target }),
        ...(outcome !== undefined && { outcome }),
      };
      const runs = (await hasServer(options)) ? await listFrom(await openSession(options)) : [];
      if (options.json) {
        printJson(runs);
      } else if (runs.length === 0) {
        console.log(
          Object.keys(filter).length > 0
            ? 'No campaign fits.'
            : 'No campaign has been run here. `quantloop run <file>` starts one, `quantloop demo` shows one.',
        );
      } else {
        const rows = runs.map((run) => [
          run.campaign,
          run.run,
          run.status,
          run.outcome ?? '',
          run.started,
          shortPath(run.folder),
        ]);
        console.log(textTable([['campaign', 'run', 'status', 'outcome', 'started', 'folder'], ...rows]));
      }

      async function listFrom(session: Awaited<ReturnType<typeof openSession>>) {
        try {
          return (await listCampaigns(session.client, filter)).map((found) => ({
            campaign: found.name,
            run: found.run,
            status: found.status.toLowerCase(),
            outcome: found.outcome ?? null,
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
