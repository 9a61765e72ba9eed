import type { Recipe } from '../campaign/recipe.ts';

/** Whether two recipes say the same, in whatever order. */
export const sameRecipe = (a: Recipe | null, b: Recipe | null): boolean => inOrder(a) === inOrder(b);

const inOrder = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
