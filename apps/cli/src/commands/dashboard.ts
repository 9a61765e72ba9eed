import type { Command } from 'commander';
import { addressOptions, outputOptions, type OutputOptions, type ServerOptions } from './common-options.ts';
import { parseFreePort } from './serve-options.ts';

interface DashboardCommandOptions extends OutputOptions, Omit<ServerOptions, 'port'> {
  host: string;
  port: number;
  temporalUi?: string;
}

export function define(command: Command): void {
  outputOptions(addressOptions(command))
    .summary('a web page over the campaigns, live')
    .description(
      'Serves a web page over the campaigns until it is stopped. The printed address holds its token.',
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port of the page; 0 takes any free one', parseFreePort, 0)
    .option(
      '--temporal-ui <url>',
      'where Temporal’s own pages are, to link to them, e.g. http://127.0.0.1:8233',
    )
    .action(async (options: DashboardCommandOptions) => {
      const { showDashboard } = await import('../dashboard/show-dashboard.ts');
      await showDashboard({ ...options, json: options.json === true });
    });
}
