import { withoutScope, type Recipe, type WeightRecipe } from '@quantloop/core';
import { METHODS } from '@quantloop/quantize';

/** A complete recipe: what is left out takes the method's first value; the head is quantized too. */
export function recipeOf(written: Partial<Recipe> & { method: string }): Recipe {
  const { facts } = METHODS[written.method]!;
  const kind = facts.granularities[0]!;
  return {
    bits: facts.bits[0]!,
    granularity: kind === 'group' ? { group: facts.groups[0]! } : kind,
    symmetric: facts.symmetric[0]!,
    exclude: [],
    mix: [],
    ...written,
    options: facts.options.parse({ head: true, ...written.options }),
  };
}

/** The same for one weight, as it stands in a mix. */
export function weightRecipeOf(written: Partial<Recipe> & { method: string }): WeightRecipe {
  const { exclude: _exclude, mix: _mix, ...recipe } = recipeOf(written);
  return withoutScope(recipe);
}
