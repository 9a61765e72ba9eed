import type { Recipe } from '../campaign/recipe.ts';

/** A recipe's name on boards and in files, e.g. `rtn-int4-g32-sym`. Different recipes of one campaign have different labels. */
export function recipeLabel(recipe: Recipe, defaults: Recipe['options']): string {
  const { granularity } = recipe;
  const parts = [
    recipe.method,
    recipe.method.includes(String(recipe.bits)) ? undefined : `int${recipe.bits}`,
    typeof granularity === 'object' ? `g${granularity.group}` : granularity,
    recipe.symmetric ? 'sym' : 'asym',
    ...Object.entries(recipe.options)
      .filter(([name, value]) => value !== defaults[name])
      .map(([name, value]) => `${name}-${value}`),
    recipe.exclude.length > 0 ? `without-${recipe.exclude.join('-')}` : undefined,
  ];
  return parts
    .filter((part) => part !== undefined)
    .join('-')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '_');
}
