import type { MethodFacts, Recipe } from '../campaign/recipe.ts';

/** Whether a recipe needs calibration texts. Only then are they part of its identity. */
export function needsCalibration(recipe: Recipe, methods: Record<string, MethodFacts>): boolean {
  const needs = methods[recipe.method]?.needsCalibration ?? false;
  return typeof needs === 'function' ? needs(recipe) : needs;
}
