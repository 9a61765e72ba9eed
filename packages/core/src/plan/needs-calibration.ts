import type { MethodFacts, Recipe } from '../campaign/recipe.ts';
import { recipeParts } from './recipe-parts.ts';

/** The methods of a recipe and its mix that need calibration texts. */
export function calibratedMethods(recipe: Recipe, methods: Record<string, MethodFacts>): string[] {
  const calibrated = recipeParts(recipe).filter((part) => {
    const needs = methods[part.method]?.needsCalibration ?? false;
    return typeof needs === 'function' ? needs(part) : needs;
  });
  return [...new Set(calibrated.map(({ method }) => method))];
}

/** Whether a recipe needs calibration texts. Only then are they part of its identity. */
export function needsCalibration(recipe: Recipe, methods: Record<string, MethodFacts>): boolean {
  return calibratedMethods(recipe, methods).length > 0;
}
