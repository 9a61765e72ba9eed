import type { Priority } from '@quantloop/core';
import { InvalidArgumentError, type Command } from 'commander';
import {
  metricsOption,
  outputOptions,
  positiveInteger,
  serverOptions,
  storeRoot,
  type MetricsOptions,
  type OutputOptions,
  type ServerOptions,
} from './common-options.ts';

interface RunOptions extends OutputOptions, ServerOptions, MetricsOptions {
  out: string;
  workers?: boolean;
  priority?: Priority;
}

export function define(command: Command, exitWith: (exitCode: number) => void): void {
  outputOptions(metricsOption(serverOptions(command)))
    .summary('run a campaign to its decision')
    .description(
      'Runs a campaign to its decision. Without a Temporal address, an embedded server and workers are started in ' +
        'this folder; what was computed before is taken from the store. A campaign that ' +
        'certainly does not fit the disk or the memory is refused.',
    )
    .argument('<file>', 'campaign file: YAML, JSON, or a module with a default export')
    .option('--out <folder>', 'folder for <campaign>/<run>/', 'quantloop-out')
    .option(
      '--priority <n>',
      'where campaigns share workers: from 1, before all others, to 5 (default: what the file says, else 3)',
      parsePriority,
    )
    .option('--workers', 'start workers in this process also with --address')
    .option('--no-workers', 'start none, also with the embedded server')
    .action(async (file: string, options: RunOptions) => {
      const begun = performance.now();
      const { prepareCampaign } = await import('../campaign/prepare-campaign.ts');
      const { checkOut } = await import('../campaign/check-out.ts');
      const { readCampaignText } = await import('../campaign/campaign-text.ts');
      const { refuseMisfit } = await import('../plan/refuse-misfit.ts');
      const { configuredAddress } = await import('../temporal/connect.ts');
      const { runCampaign } = await import('../run/run-campaign.ts');
      const prepared = await prepareCampaign(await readCampaignText(file));
      await checkOut({ out: options.out, prepared });
      const local = options.workers ?? (await configuredAddress(options)) === undefined;
      await refuseMisfit(prepared, { storeRoot: storeRoot(options), local });
      exitWith(await runCampaign({ ...options, prepared, begun }));
    });
}

function parsePriority(text: string): Priority {
  const priority = positiveInteger(text);
  if (priority > 5) throw new InvalidArgumentError('Priorities go from 1 to 5.');
  return priority;
}
