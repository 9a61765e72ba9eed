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

/** Defaults are not filled in: a part of a mix has no options of a recipe as a whole. */
function ordered<T extends WeightRecipe>(recipe: T): T {
  const { method, options } = recipe;
  const declared = Object.keys(METHOD_FACTS[method]?.options.parse(options) ?? options);
  const named = declared.filter((name) => Object.hasOwn(options, name));
  return { ...recipe, options: Object.fromEntries(named.map((name) => [name, options[name]!])) };
}
