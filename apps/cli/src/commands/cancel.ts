import type { Command } from 'commander';
import { CliError, EXIT } from '../cli-error.ts';
import { outputOptions, serverOptions, type OutputOptions, type ServerOptions } from './common-options.ts';

const PATIENCE_MS = 20_000;

export function define(command: Command): void {
  outputOptions(serverOptions(command))
    .summary('end a running campaign; what it finished stays in the store')
    .argument('<campaign>', 'name of the campaign')
    .action(async (name: string, options: OutputOptions & ServerOptions) => {
      const { printJson } = await import('../output/print-json.ts');
      const { hasServer, openSession } = await import('../session.ts');
      const { findCampaign, requireCampaign, unknownCampaign } = await import('../run/find-campaign.ts');
      const { missingRoles } = await import('../run/living-pollers.ts');
      if (!(await hasServer(options))) throw unknownCampaign(name, []);
      const session = await openSession(options);
      try {
        const campaign = await requireCampaign(session.client, name);
        if (campaign.status !== 'RUNNING') {
          throw new CliError({
            message: `The campaign "${name}" is not running: run ${campaign.run} has ended (${campaign.status.toLowerCase()})`,
            hint: 'There is nothing to cancel.',
            exitCode: EXIT.invalid,
          });
        }
        await campaign.handle.cancel();
        // The workflow has to see the request; where no control worker lives, this process is one for a moment.
        await session.startWorkers(await missingRoles(session.client, ['control']));
        const deadline = Date.now() + PATIENCE_MS;
        let status = 'RUNNING';
        while (status === 'RUNNING' && Date.now() < deadline) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          status = (await findCampaign(session.client, name))?.status ?? status;
        }
        if (options.json) printJson({ campaign: name, run: campaign.run, status: status.toLowerCase() });
        else if (status === 'RUNNING')
          console.log(`${name}: cancellation was requested; a stage is still ending.`);
        else console.log(`${name}: cancelled. What it finished stays in the store.`);
      } finally {
        await session.close();
      }
    });
}
