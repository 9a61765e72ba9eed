import type { Command } from 'commander';
import {
  outputOptions,
  placeOptions,
  storeRoot,
  type OutputOptions,
  type PlaceOptions,
} from './common-options.ts';

interface ReportOptions extends OutputOptions, PlaceOptions {
  out: string;
}

export function define(command: Command): void {
  outputOptions(placeOptions(command))
    .summary('write the report of a finished run anew')
    .argument('<run>', 'name of a campaign (its newest run), or the folder of a run')
    .option('--out <folder>', 'folder where runs are: <out>/<campaign>/<run>/', 'quantloop-out')
    .action(async (name: string, options: ReportOptions) => {
      const { join } = await import('node:path');
      const { openStore, storeExists } = await import('@quantloop/artifacts');
      const { readRun, writeReport } = await import('@quantloop/report');
      const { requireRunFolder } = await import('../run/find-run-folder.ts');
      const { printJson } = await import('../output/print-json.ts');
      const { printDecision, shortPath } = await import('../run/print-outcome.ts');
      const folder = await requireRunFolder(name, options.out);
      const facts = await readRun(folder);
      // Without the store the models already placed are left as they are.
      const root = storeRoot(options);
      const store = (await storeExists(root)) ? await openStore({ root }) : undefined;
      const { files } = await writeReport({ ...facts, folder }, { store });
      if (options.json) {
        printJson({ campaign: facts.campaign.campaign, run: facts.run, folder, files });
        return;
      }
      printDecision(facts.decision);
      console.log(`Report: ${shortPath(join(folder, 'report.html'))}`);
    });
}
