import { calibratedMethods, needsCalibration, QuantloopError, type Recipe } from '@quantloop/core';
import { METHOD_FACTS } from '../methods/methods.ts';
import type { CalibrationSet } from './read-calibration.ts';

/** The texts, where the recipe needs some; else undefined. @throws QuantloopError `invalid-spec` when there are none */
export function requireCalibration(
  recipe: Recipe,
  calibration: CalibrationSet | undefined,
): CalibrationSet | undefined {
  if (!needsCalibration(recipe, METHOD_FACTS)) return undefined;
  if (calibration !== undefined && calibration.sequences.length > 0) return calibration;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${calibratedMethods(recipe, METHOD_FACTS).join(', ')} needs calibration texts.`,
    hint: 'Give some 128 texts like those the model will see.',
  });
}
