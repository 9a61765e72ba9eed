import type { Command } from 'commander';
import { EXIT } from '../cli-error.ts';
import { outputOptions, placeOptions, type OutputOptions, type PlaceOptions } from './common-options.ts';

interface ReproduceOptions extends OutputOptions, PlaceOptions {
  out: string;
}

export function define(command: Command, exitWith: (exitCode: number) => void): void {
  outputOptions(placeOptions(command))
    .summary('run a trial again and say whether it agrees')
    .description(
      'Runs a trial again from what its run recorded, with nothing reused, and compares model, scores and timings. ' +
        'Exit code 3 where they differ beyond the noise.',
    )
    .argument('<run>', 'name of a campaign (its newest run), <campaign>/<run>, or the folder of a run')
    .argument('<trial>', 'id or label')
    .option('--out <folder>', 'folder where runs are: <out>/<campaign>/<run>/', 'quantloop-out')
    .action(async (run: string, trial: string, options: ReproduceOptions) => {
      const { reproduceTrial } = await import('../reproduce/reproduce-trial.ts');
      const { printReproduction } = await import('../reproduce/print-reproduction.ts');
      const { printJson } = await import('../output/print-json.ts');
      const reproduction = await reproduceTrial({ ...options, run, trial });
      if (options.json) printJson(reproduction);
      else printReproduction(reproduction);
      exitWith(reproduction.agrees ? EXIT.ok : EXIT.nothingAcceptable);
    });
}
