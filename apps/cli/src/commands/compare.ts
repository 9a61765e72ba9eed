import type { Command } from 'commander';
import {
  outputOptions,
  placeOptions,
  storeRoot,
  type OutputOptions,
  type PlaceOptions,
} from './common-options.ts';

interface CompareOptions extends OutputOptions, PlaceOptions {
  out: string;
  trial?: string;
  with?: string;
  all?: true;
}

export function define(command: Command): void {
  outputOptions(placeOptions(command))
    .summary('compare two runs, or two trials, metric by metric')
    .argument('<before>', 'name of a campaign (its newest run), <campaign>/<run>, or the folder of a run')
    .argument('[after]', 'another run; the same one to compare two trials of it', undefined)
    .option('--trial <trial>', 'only this trial of the first run, by id or label')
    .option('--with <trial>', 'the trial of the second run to compare it with. Default: the same')
    .option('--all', 'show also what stayed within the noise')
    .option('--out <folder>', 'folder where runs are: <out>/<campaign>/<run>/', 'quantloop-out')
    .action(async (before: string, after: string | undefined, options: CompareOptions) => {
      const { compareRuns } = await import('../compare/compare-runs.ts');
      const { printComparison } = await import('../compare/print-comparison.ts');
      const { printJson } = await import('../output/print-json.ts');
      const comparison = await compareRuns({
        before,
        after: after ?? before,
        out: options.out,
        storeRoot: storeRoot(options),
        ...(options.trial !== undefined && { trial: options.trial }),
        ...(options.with !== undefined && { with: options.with }),
      });
      if (options.json) printJson(comparison);
      else printComparison(comparison, { all: options.all === true });
    });
}
