import { calibratedMethods, CalibrationSource, needsCalibration, type Recipe } from '@quantloop/core';
import { METHOD_FACTS } from '@quantloop/quantize';
import { demoCalibration, isBuiltin } from '../campaign/resolve-calibration.ts';
import { CliError, EXIT } from '../cli-error.ts';

export interface CalibrationFlags {
  calibration?: string;
  calibrationField?: string;
  samples?: number;
  tokens?: number;
  seed?: number;
}

/** The calibration texts that flags name, or a built-in model's own; undefined for a recipe that needs none. */
export function calibrationFromFlags(options: {
  flags: CalibrationFlags;
  recipe: Recipe;
  /** The model. */
  source: string;
}): CalibrationSource | undefined {
  const { flags, recipe, source } = options;
  const { calibration: file } = flags;
  if (!needsCalibration(recipe, METHOD_FACTS)) {
    if (file === undefined) return undefined;
    throw new CliError({
      message: `--calibration ${file}: ${recipe.method} needs no calibration texts`,
      hint: 'Leave --calibration out.',
      exitCode: EXIT.invalid,
    });
  }
  return textsFromFlags(flags, source, calibratedMethods(recipe, METHOD_FACTS).join(', '));
}

/** The texts that flags name, or a built-in model's own. */
export function textsFromFlags(flags: CalibrationFlags, source: string, what: string): CalibrationSource {
  const { calibration: file, calibrationField: field } = flags;
  if (file === undefined && !isBuiltin(source)) {
    throw new CliError({
      message: `${what} needs calibration texts`,
      hint: 'Add --calibration <file>, some 128 texts like those the model will see: JSON lines, or one text a line.',
      exitCode: EXIT.invalid,
    });
  }
  const texts = file === undefined ? demoCalibration() : CalibrationSource.parse({ file, field });
  const { samples = texts.samples, tokens = texts.tokens, seed = texts.seed } = flags;
  return { ...texts, samples, tokens, seed };
}
