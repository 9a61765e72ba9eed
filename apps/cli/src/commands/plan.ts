import type { Recipe } from '@quantloop/core';
import type { Command } from 'commander';
import { outputOptions, type OutputOptions } from './common-options.ts';

export function define(command: Command): void {
  outputOptions(command)
    .summary('list the trials a campaign will make')
    .argument('<file>', 'campaign file')
    .action(async (file: string, options: OutputOptions) => {
      const { checkName, planRound } = await import('@quantloop/core');
      const { readCampaignText } = await import('../campaign/campaign-text.ts');
      const { prepareCampaign } = await import('../campaign/prepare-campaign.ts');
      const { printJson } = await import('../output/print-json.ts');
      const { textTable } = await import('../output/text-table.ts');
      const { campaign, specDigest, dispose } = await prepareCampaign(await readCampaignText(file));
      await dispose();
      const trials = planRound(campaign).map(({ trial }) => trial);
      if (options.json) {
        printJson({ campaign: campaign.campaign, specDigest, trials });
        return;
      }
      const rows = trials.map(({ model, target, label, recipe, simulated }) => [
        model,
        target,
        label,
        recipe === null ? 'unquantized' : describe(recipe),
        simulated ? 'simulated: no kernel, cannot win on speed' : '',
      ]);
      console.log(textTable([['model', 'target', 'trial', 'recipe', ''], ...rows]));
      const { fidelity, performance } = campaign;
      const checks = fidelity.map(checkName);
      console.log(
        `\n${trials.length} trials, each measured by ${[...checks, ...performance.map(({ name }) => name)].join(', ')}.`,
      );
    });
}

function describe({ method, bits, mix }: Recipe): string {
  return `${method} ${bits} bit${mix.length > 0 ? ', mixed' : ''}`;
}
