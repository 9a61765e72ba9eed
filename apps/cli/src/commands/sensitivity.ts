import type { Command } from 'commander';
import type { CalibrationFlags } from '../stages/calibration-from-flags.ts';
import type { BudgetFlags, PrecisionFlags } from '../stages/scan-model.ts';
import {
  calibrationOptions,
  outputOptions,
  placeOptions,
  positiveInteger,
  storeRoot,
  type OutputOptions,
  type PlaceOptions,
} from './common-options.ts';

interface SensitivityOptions
  extends OutputOptions, PlaceOptions, PrecisionFlags, CalibrationFlags, BudgetFlags {
  out?: string;
}

export function define(command: Command): void {
  outputOptions(placeOptions(command))
    .summary('measure what each weight at each precision does to the output, and mix precisions for a budget')
    .argument('<model>', 'builtin:demo, a Hugging Face or ONNX folder, or hf:org/name@revision')
    .option('--precisions <bits...>', 'bits per weight to try', ['3', '4', '8'])
    .option('--method <method>', 'quantization method', 'rtn')
    .option('--group <n>', 'one scale for so many weights of a channel', positiveInteger)
    .option('--channel', 'one scale for each output channel')
    .option('--asymmetric', 'with zero points')
    .option('--exclude <globs...>', 'weights that are not scanned and stay as they are')
    .option('--budget <size>', 'mix the precisions to do least within a size of all weights, e.g. 1.2MiB')
    .option('--max-divergence <nats>', 'mix them to be smallest within a predicted divergence, e.g. 0.01')
    .option('--out <file>', 'write the mix as a recipe, for quantize --recipe');
  calibrationOptions(command, 'texts to compare outputs on').action(
    async (source: string, options: SensitivityOptions) => {
      const { scanModel, scannedRecipes, budgetFromFlags } = await import('../stages/scan-model.ts');
      const { requireFreeFile, writeRecipe } = await import('../stages/write-recipe.ts');
      const { mixForBudget } = await import('@quantloop/quantize');
      const { printJson } = await import('../output/print-json.ts');
      const recipes = scannedRecipes(options);
      const budget = budgetFromFlags(options);
      if (options.out !== undefined) await requireFreeFile(options.out, budget);
      const { scan, execution } = await scanModel({
        source,
        recipes,
        exclude: options.exclude ?? [],
        flags: options,
        storeRoot: storeRoot(options),
        json: options.json === true,
      });
      const mix = budget && mixForBudget(scan, budget);
      if (options.out !== undefined && mix !== undefined) await writeRecipe(options.out, mix.recipe);
      if (options.json) {
        printJson({ scan, execution, ...(mix !== undefined && { mix }) });
        return;
      }
      const { scanTable, mixLines } = await import('../output/scan-table.ts');
      console.log(scanTable(scan));
      if (mix !== undefined) console.log(`\n${mixLines(mix, options.out).join('\n')}`);
    },
  );
}
