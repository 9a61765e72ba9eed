import type { Command } from 'commander';
import { outputOptions, serverOptions, type OutputOptions, type ServerOptions } from './common-options.ts';

interface DemoOptions extends OutputOptions, ServerOptions {
  out: string;
}

export function define(command: Command, exitWith: (exitCode: number) => void): void {
  outputOptions(serverOptions(command))
    .summary('run a small campaign on a model that comes with quantloop')
    .option('--out <folder>', 'folder for <campaign>/<run>/', 'quantloop-out')
    .action(async (options: DemoOptions) => {
      const begun = performance.now();
      const { availableParallelism } = await import('node:os');
      const { prepareCampaign } = await import('../campaign/prepare-campaign.ts');
      const { checkOut } = await import('../campaign/check-out.ts');
      const { demoCampaign } = await import('../demo/demo-campaign.ts');
      const { runCampaign } = await import('../run/run-campaign.ts');
      const value = demoCampaign({ threads: Math.min(4, availableParallelism()) });
      const text = { name: 'demo', file: import.meta.filename, value, placeOf: () => undefined };
      const prepared = await prepareCampaign(text);
      await checkOut({ out: options.out, prepared });
      if (!options.json) {
        console.error(
          'The demo: a language model of a few million parameters, quantized in several ways, measured on this machine.',
        );
      }
      exitWith(await runCampaign({ ...options, prepared, begun }));
    });
}
