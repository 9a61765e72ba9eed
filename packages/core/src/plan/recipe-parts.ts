import type { Engine } from '../campaign/target.ts';
import type { MethodFacts, Recipe, WeightRecipe } from '../campaign/recipe.ts';

/** What a recipe may do to a weight: itself, and the recipes of its mix. Whatever holds of a recipe follows from these. */
export function recipeParts(recipe: Recipe): WeightRecipe[] {
  return [recipe, ...recipe.mix.flatMap((entry) => (entry.recipe === 'keep' ? [] : [entry.recipe]))];
}

/** Whether a target has kernels for all of a recipe. One part that is simulated makes it so. */
export function recipeSupport(
  recipe: Recipe,
  methods: Record<string, MethodFacts>,
  target: Engine,
): 'native' | 'simulated' {
  // What a server does with a model is what it will do in service: its speed is real, whatever it computes with.
  if (target.kind === 'openai') return 'native';
  const simulated = recipeParts(recipe).some(
    (part) => methods[part.method]!.supports(part, target) === 'simulated',
  );
  return simulated ? 'simulated' : 'native';
}
