import type { Candidate } from '../campaign/campaign.ts';
import type { MethodFacts, Recipe } from '../campaign/recipe.ts';
import type { Target } from '../campaign/target.ts';
import { needsCalibration, needsStatistics } from './needs-calibration.ts';
import { recipeSupport } from './recipe-parts.ts';

/** A complete recipe with what its methods say of it: what it needs, and where it is simulated. */
export function candidateOf(
  { recipe, label }: { recipe: Recipe; label: string },
  targets: readonly Target[],
  methods: Record<string, MethodFacts>,
): Candidate {
  const { suits } = methods[recipe.method]!;
  return {
    recipe,
    label,
    simulatedOn: targets
      .filter((target) => recipeSupport(recipe, methods, target.engine) === 'simulated')
      .map((target) => target.id),
    calibrated: needsCalibration(recipe, methods),
    statistics: needsStatistics(recipe, methods),
    ...(suits !== undefined && { suits }),
  };
}
