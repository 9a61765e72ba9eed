import type { Command } from 'commander';
import { CliError, EXIT } from '../cli-error.ts';
import type { CalibrationFlags } from '../stages/calibration-from-flags.ts';
import type { RecipeFlags } from '../stages/recipe-from-flags.ts';
import {
  calibrationOptions,
  outputOptions,
  placeOptions,
  positiveInteger,
  storeRoot,
  type OutputOptions,
  type PlaceOptions,
} from './common-options.ts';

interface QuantizeOptions extends OutputOptions, PlaceOptions, RecipeFlags, CalibrationFlags {
  out: string;
}

export function define(command: Command): void {
  outputOptions(placeOptions(command))
    .summary('quantize one model, without a campaign')
    .argument('<model>', 'builtin:demo, a Hugging Face or ONNX folder, or hf:org/name@revision')
    .requiredOption('--out <folder>', 'folder that receives the model; must not exist or be empty')
    .option('--method <method>', 'quantization method, e.g. rtn')
    .option('--recipe <file>', 'a whole recipe, written as in a campaign file, instead of the flags below')
    .option('--bits <n>', 'bits per weight (default: the method’s)', positiveInteger)
    .option('--group <n>', 'one scale for so many weights of a channel', positiveInteger)
    .option('--channel', 'one scale for each output channel')
    .option('--tensor', 'one scale for the whole tensor')
    .option('--symmetric', 'no zero points')
    .option('--asymmetric', 'with zero points')
    .option('--exclude <globs...>', 'weights left unquantized')
    .option('--option <name=value>', 'an option of the method (repeatable)', collectOption, {});
  calibrationOptions(command, 'texts for methods that need them').action(
    async (source: string, options: QuantizeOptions) => {
      const { openStore } = await import('@quantloop/artifacts');
      const { formatValue, needsStatistics } = await import('@quantloop/core');
      const { METHOD_FACTS, quantizeStage, statisticsStage } = await import('@quantloop/quantize');
      const { importSource, runVisibly } = await import('../stages/run-visibly.ts');
      const { placeFolder, requireFreeFolder } = await import('../stages/place-folder.ts');
      const { recipeFromFlags } = await import('../stages/recipe-from-flags.ts');
      const { calibrationFromFlags } = await import('../stages/calibration-from-flags.ts');
      const { storeCalibration } = await import('../campaign/resolve-calibration.ts');
      const { printJson } = await import('../output/print-json.ts');
      const recipe = await recipeFromFlags(options);
      const texts = calibrationFromFlags({ flags: options, recipe, source });
      await requireFreeFolder(options.out);
      const store = await openStore({ root: storeRoot(options) });
      const stored = texts && (await storeCalibration(texts, store));
      const calibration = stored && { ...stored, ...recipe.calibration };
      const imported = await importSource(source, { store, json: options.json === true });
      const { model } = imported;
      const visible = { store, json: options.json === true };
      const collected =
        calibration !== undefined && needsStatistics(recipe, METHOD_FACTS)
          ? (await runVisibly(statisticsStage, { model, calibration }, visible)).output
          : undefined;
      const { output, execution } = await runVisibly(
        quantizeStage,
        {
          model,
          recipe,
          ...(calibration !== undefined && { calibration }),
          ...(collected !== undefined && { statistics: collected.statistics }),
        },
        visible,
      );
      await placeFolder(await store.folder(output.model), options.out);
      if (options.json) {
        printJson({ model: options.out, recipe, artifact: output.model, metrics: output.metrics, execution });
        return;
      }
      console.log(`${options.out}: ${formatValue(output.model.size, 'B')}`);
      for (const [name, { value, unit }] of Object.entries(output.metrics))
        console.log(`  ${name} ${formatValue(value, unit)}`);
    },
  );
}

function collectOption(text: string, before: QuantizeOptions['option']): QuantizeOptions['option'] {
  const [name, value] = text.split('=', 2);
  if (!name || value === undefined) {
    throw new CliError({ message: `--option ${text} is not name=value`, exitCode: EXIT.invalid });
  }
  const parsed =
    value === 'true'
      ? true
      : value === 'false'
        ? false
        : value.trim() !== '' && Number.isFinite(Number(value))
          ? Number(value)
          : value;
  return { ...before, [name]: parsed };
}
