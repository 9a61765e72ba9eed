import { openStore } from '@quantloop/artifacts';
import {
  expandRecipes,
  InvalidSpec,
  Quantity,
  withoutScope,
  type Execution,
  type Granularity,
  type WeightRecipe,
} from '@quantloop/core';
import { METHOD_FACTS, SensitivityScan, sensitivityStage, type MixBudget } from '@quantloop/quantize';
import { storeCalibration } from '../campaign/resolve-calibration.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { textsFromFlags, type CalibrationFlags } from './calibration-from-flags.ts';
import { importSource, runVisibly } from './run-visibly.ts';

export interface PrecisionFlags {
  precisions: string[];
  method: string;
  group?: number;
  channel?: true;
  asymmetric?: true;
  exclude?: string[];
}

export interface BudgetFlags {
  budget?: string;
  maxDivergence?: string;
}

/** The recipes that flags ask to scan, one for each precision. */
export function scannedRecipes(flags: PrecisionFlags): WeightRecipe[] {
  const { method, group, channel, asymmetric } = flags;
  if (group !== undefined && channel) {
    throw new CliError({ message: 'Give one of --group and --channel.', exitCode: EXIT.invalid });
  }
  const granularity: Granularity | undefined =
    group === undefined ? (channel ? 'channel' : undefined) : { group };
  const bits = flags.precisions.flatMap((text) => text.split(',')).map(precision);
  const grid = {
    method,
    bits,
    ...(granularity === undefined ? {} : { granularity }),
    ...(asymmetric ? { symmetric: false } : {}),
  };
  const { recipes, issues } = expandRecipes([grid], METHOD_FACTS);
  if (issues.length === 0)
    return recipes.map(({ recipe: { exclude: _, mix: __, ...own } }) => withoutScope(own));
  throw new InvalidSpec(issues.map(({ path, ...issue }) => ({ ...issue, path: path.slice(3) })));
}

function precision(text: string): number {
  const bits = Number(text);
  if (Number.isSafeInteger(bits) && bits > 0) return bits;
  throw new CliError({
    message: `--precisions ${text}: it must be a positive whole number of bits.`,
    hint: 'Write --precisions 3,4,8.',
    exitCode: EXIT.invalid,
  });
}

/** What a mix has to keep to; undefined when none is asked for. */
export function budgetFromFlags({ budget, maxDivergence }: BudgetFlags): MixBudget | undefined {
  if (budget !== undefined && maxDivergence !== undefined) {
    throw new CliError({ message: 'Give one of --budget and --max-divergence.', exitCode: EXIT.invalid });
  }
  if (budget !== undefined) return { bytes: amount('--budget', budget, 'a size such as 1.2MiB') };
  if (maxDivergence === undefined) return undefined;
  return { divergence: amount('--max-divergence', maxDivergence, 'a number of nats such as 0.01') };
}

function amount(flag: string, text: string, wanted: string): number {
  const parsed = Quantity.safeParse(text);
  if (parsed.success && !parsed.data.relative && parsed.data.value > 0) return parsed.data.value;
  throw new CliError({ message: `${flag} ${text}: it must be ${wanted}.`, exitCode: EXIT.invalid });
}

/** Scans a model, or recalls what was found when it was scanned before. */
export async function scanModel(options: {
  source: string;
  recipes: WeightRecipe[];
  exclude: string[];
  flags: CalibrationFlags;
  storeRoot: string;
  json: boolean;
}): Promise<{ scan: SensitivityScan; execution: Execution }> {
  const { source, recipes, exclude, flags, json } = options;
  const texts = textsFromFlags(flags, source, 'A sensitivity scan');
  const store = await openStore({ root: options.storeRoot });
  const calibration = await storeCalibration(texts, store);
  const { model } = await importSource(source, { store, json });
  const input = { model, recipes, exclude, calibration };
  const { output, execution } = await runVisibly(sensitivityStage, input, { store, json });
  return { scan: SensitivityScan.parse(await store.readJson(output.scan)), execution };
}
