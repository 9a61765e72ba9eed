import type { Recipe, WeightRecipe } from '@quantloop/core';
import { METHOD_FACTS } from './methods/methods.ts';

/**
 * The recipe with its options in the order in which their method declares them: the manifest in a model's folder holds
 * them, and recipes that say the same make the same folder, byte for byte.
 */
export const orderedRecipe = (recipe: Recipe): Recipe => ({
  ...ordered(recipe),
  mix: recipe.mix.map((entry) =>
    entry.recipe === 'keep' ? entry : { ...entry, recipe: ordered(entry.recipe) },
  ),
});

const ordered = <T extends WeightRecipe>(recipe: T): T => ({
  ...recipe,
  options: METHOD_FACTS[recipe.method]?.options.parse(recipe.options) ?? recipe.options,
});
