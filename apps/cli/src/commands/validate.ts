import type { Command } from 'commander';
import { outputOptions, type OutputOptions } from './common-options.ts';

export function define(command: Command): void {
  outputOptions(command)
    .summary('check a campaign without running anything')
    .argument('<file>', 'campaign file')
    .action(async (file: string, options: OutputOptions) => {
      const { readCampaignText } = await import('../campaign/campaign-text.ts');
      const { prepareCampaign } = await import('../campaign/prepare-campaign.ts');
      const { printJson } = await import('../output/print-json.ts');
      const { campaign, specDigest, dispose } = await prepareCampaign(await readCampaignText(file));
      await dispose();
      const { models, targets, candidates, fidelity, performance } = campaign;
      const counts = {
        models: models.length,
        targets: targets.length,
        recipes: candidates.length,
        fidelity: fidelity.length,
        scenarios: performance.length,
        trials: models.length * targets.length * (candidates.length + 1),
      };
      if (options.json) {
        printJson({ valid: true, campaign: campaign.campaign, specDigest, ...counts });
        return;
      }
      console.log(
        [
          `${file} is valid: campaign "${campaign.campaign}", ${counts.trials} trials with the baselines.`,
          'Checked: keys and values; model folders; recipes against what their methods can do; tasks and their data;',
          'metric names in requirements and objectives; engines and providers of this machine; the budget.',
        ].join('\n'),
      );
    });
}
