import { InvalidArgumentError, Option, type Command } from 'commander';
import type { InitAnswers } from '../init/init-answers.ts';
import { outputOptions, type OutputOptions } from './common-options.ts';

interface InitOptions extends OutputOptions, Partial<InitAnswers> {
  yes?: true;
}

export function define(command: Command): void {
  outputOptions(command)
    .summary('write a campaign file')
    .description(
      'Asks a few questions and writes a campaign file with comments, which runs as it is. Questions that options answer are not asked.',
    )
    .argument('[file]', 'where to; its name names the campaign', 'campaign.yaml')
    .option('--model <model>', 'a folder, hf:org/name@revision, or builtin:demo')
    .option('--texts <file>', 'texts like those that the model will see: JSON lines, or lines')
    .addOption(new Option('--use <use>', 'how it is used').choices(['one-user', 'batches', 'both']))
    .option('--loss <share>', 'share of quality that may be lost, e.g. 0.03 or 3%', share)
    .addOption(new Option('--aim <aim>', 'which of those that are left').choices(['smallest', 'fastest']))
    .option('--yes', 'ask nothing: what no option says is taken as it mostly is')
    .action(async (file: string, { yes, json, verbose: _, ...known }: InitOptions) => {
      const { DEFAULTS } = await import('../init/init-answers.ts');
      const { writeCampaign } = await import('../init/write-campaign.ts');
      const asks = yes !== true && json !== true && process.stdin.isTTY === true;
      const answers = asks ? await (await import('../init/ask.ts')).ask(known) : { ...DEFAULTS, ...known };
      await writeCampaign(file, answers);
      const next = [`quantloop plan ${file}`, `quantloop run ${file}`];
      if (json) {
        const { printJson } = await import('../output/print-json.ts');
        printJson({ file, answers, next });
      } else console.log(`${file} is written. Next:\n  ${next.join('\n  ')}`);
    });
}

function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  const value = match === null ? NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError('It must be a share between 0 and 1, such as 0.03 or 3%.');
}
