import type { MethodFacts, Recipe, RecipeGrid } from '../campaign/recipe.ts';
import type { SpecIssue } from '../errors/invalid-spec.ts';
import type { CalibrationChange, CalibrationChangeGrid } from '../campaign/calibration.ts';
import { expandMix } from './expand-mix.ts';
import { expandWeightRecipes } from './expand-weight-recipes.ts';
import { needsCalibration } from './needs-calibration.ts';
import { recipeLabel } from './recipe-label.ts';
import { textDigest } from './text-digest.ts';

export interface LabelledRecipe {
  recipe: Recipe;
  label: string;
  /** Index of the written recipe that it comes from. */
  index: number;
}

export interface Expansion {
  recipes: LabelledRecipe[];
  issues: SpecIssue[];
}

/**
 * The grid of every written recipe, each combination checked against what its method declares. Combinations that
 * come up twice are kept once. Impossible ones are issues, naming the combination and the reason.
 */
export function expandRecipes(grids: readonly RecipeGrid[], methods: Record<string, MethodFacts>): Expansion {
  const found = new Map<string, LabelledRecipe>();
  const labels = new Set<string>();
  const issues: SpecIssue[] = [];
  for (const [index, grid] of grids.entries()) {
    const base = expandWeightRecipes(grid, methods);
    const mix = expandMix(grid.mix ?? [], methods);
    issues.push(
      ...[...base.issues, ...mix.issues].map((issue) => ({
        ...issue,
        path: ['search', 'recipes', index, ...issue.path],
      })),
    );
    for (const weight of base.recipes) {
      for (const [entries, calibration] of pairs(mix.mixes, calibrations(grid.calibration))) {
        const recipe: Recipe = {
          ...weight,
          exclude: grid.exclude ?? [],
          mix: entries,
          ...(calibration !== undefined && { calibration }),
        };
        if (calibration !== undefined && !needsCalibration(recipe, methods)) {
          issues.push({
            path: ['search', 'recipes', index, 'calibration'],
            message: `${recipe.method} needs no calibration texts.`,
            hint: 'Leave calibration out.',
          });
          continue;
        }
        const text = JSON.stringify(recipe);
        if (found.has(text)) continue;
        // Names may lose what tells two patterns apart.
        const readable = recipeLabel(recipe, methods);
        const label = labels.has(readable) ? `${readable}-${textDigest(text)}` : readable;
        labels.add(label);
        found.set(text, { recipe, label, index });
      }
    }
  }
  return { recipes: [...found.values()], issues };
}

/** Every combination of what is written; nothing written makes one. */
function calibrations(grid: CalibrationChangeGrid | undefined): (CalibrationChange | undefined)[] {
  if (grid === undefined) return [undefined];
  const entries = Object.entries(grid) as [keyof CalibrationChange, number | number[]][];
  return entries.reduce<CalibrationChange[]>(
    (all, [key, values]) => pairs(all, [values].flat()).map(([each, value]) => ({ ...each, [key]: value })),
    [{}],
  );
}

const pairs = <A, B>(a: readonly A[], b: readonly B[]): [A, B][] =>
  a.flatMap((each) => b.map((other): [A, B] => [each, other]));
