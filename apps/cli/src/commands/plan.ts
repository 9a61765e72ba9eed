import type { Recipe } from '@quantloop/core';
import type { Command } from 'commander';
import {
  outputOptions,
  placeOptions,
  storeRoot,
  type OutputOptions,
  type PlaceOptions,
} from './common-options.ts';

export function define(command: Command): void {
  outputOptions(placeOptions(command))
    .summary('list the trials a campaign will make, and what they will take')
    .description(
      'Lists the trials of a campaign and predicts time, disk and memory: time from earlier jobs in the store, never ' +
        'from a guess. Nothing is run or written.',
    )
    .argument('<file>', 'campaign file')
    .action(async (file: string, options: OutputOptions & PlaceOptions) => {
      const { checkName, planRound } = await import('@quantloop/core');
      const { readCampaignText } = await import('../campaign/campaign-text.ts');
      const { prepareCampaign } = await import('../campaign/prepare-campaign.ts');
      const { earlierJobs } = await import('../plan/earlier-jobs.ts');
      const { predict } = await import('../plan/predict.ts');
      const { predictionLines } = await import('../plan/prediction-lines.ts');
      const { printJson } = await import('../output/print-json.ts');
      const { textTable } = await import('../output/text-table.ts');
      const { campaign, specDigest, dispose } = await prepareCampaign(await readCampaignText(file));
      await dispose();
      const trials = planRound(campaign).map(({ trial }) => trial);
      const root = storeRoot(options);
      const jobs = await earlierJobs(root, campaign);
      const prediction = await predict({ campaign, jobs, storeRoot: root, local: true });
      if (options.json) {
        printJson({ campaign: campaign.campaign, specDigest, trials, prediction });
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
        `\n${trials.length} trials, each measured by ${[...checks, ...performance.map(({ name }) => name)].join(', ')}.\n`,
      );
      console.log(predictionLines(prediction));
    });
}

function describe({ method, bits, mix }: Recipe): string {
  return `${method} ${bits} bit${mix.length > 0 ? ', mixed' : ''}`;
}
