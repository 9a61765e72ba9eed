import type { MethodFacts, Recipe, WeightRecipe } from '../campaign/recipe.ts';
import { recipeParts } from './recipe-parts.ts';

/** The methods of a recipe, those of its mix included, that run the model on calibration texts. */
export function calibratedMethods(recipe: Recipe, methods: Record<string, MethodFacts>): string[] {
  const calibrated = recipeParts(recipe).filter((part) => {
    const facts = methods[part.method];
    return holds(facts?.needsCalibration, part) || holds(facts?.needsStatistics, part);
  });
  return [...new Set(calibrated.map(({ method }) => method))];
}

/** Whether a recipe needs calibration texts. Only then are they part of its identity. */
export function needsCalibration(recipe: Recipe, methods: Record<string, MethodFacts>): boolean {
  return calibratedMethods(recipe, methods).length > 0;
}

/** Whether a recipe, or one of its mix, needs statistics of the unquantized model on the calibration texts. */
export function needsStatistics(recipe: Recipe, methods: Record<string, MethodFacts>): boolean {
  return recipeParts(recipe).some((part) => holds(methods[part.method]?.needsStatistics, part));
}

function holds(need: MethodFacts['needsCalibration'] | undefined, recipe: WeightRecipe): boolean {
  return typeof need === 'function' ? need(recipe) : (need ?? false);
}
