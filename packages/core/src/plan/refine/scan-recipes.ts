import type { MethodFacts, WeightRecipe } from '../../campaign/recipe.ts';
import { withoutScope } from '../expand-mix.ts';
import { expandRecipes, type LabelledRecipe } from '../expand-recipes.ts';
import { needsCalibration, needsStatistics } from '../needs-calibration.ts';

/** Precisions scanned at most: a scan takes as long as it has precisions. */
const MOST = 4;

/**
 * The precisions between which a campaign's mixes choose: of the grid's recipes one for each number of bits, calibrated
 * ones first, since they do least harm; the fewest bits and the most. Where the grid has but one, eight bits of the same
 * method join it. Methods that rescale what comes before a weight cannot be tried on one weight alone.
 */
export function scanRecipes(
  recipes: readonly LabelledRecipe[],
  methods: Record<string, MethodFacts>,
): WeightRecipe[] {
  const plain = recipes
    .map(({ recipe }) => recipe)
    .filter((recipe) => recipe.mix.length === 0 && !needsStatistics(recipe, methods))
    .filter(({ method }) => methods[method]!.bits.length > 1)
    .sort(
      (a, b) =>
        a.bits - b.bits || Number(needsCalibration(b, methods)) - Number(needsCalibration(a, methods)),
    );
  const byBits = new Map<number, WeightRecipe>();
  for (const { exclude: _, mix: __, ...recipe } of plain) {
    if (!byBits.has(recipe.bits)) byBits.set(recipe.bits, withoutScope(recipe));
  }
  const [first] = byBits.values();
  if (first !== undefined && !byBits.has(8) && byBits.size < MOST) {
    const { recipes: more, issues } = expandRecipes([{ ...first, bits: 8 }], methods);
    const [wide] = more;
    if (issues.length === 0 && wide !== undefined) {
      const { exclude: _, mix: __, ...recipe } = wide.recipe;
      byBits.set(8, withoutScope(recipe));
    }
  }
  const all = [...byBits.values()].sort((a, b) => a.bits - b.bits);
  // Mixes lie between the fewest bits and the most; what is left out lies near others.
  return all.length <= MOST ? all : [...all.slice(0, MOST - 1), all.at(-1)!];
}
