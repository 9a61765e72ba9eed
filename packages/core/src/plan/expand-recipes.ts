import type { Granularity, MethodFacts, Recipe, RecipeGrid } from '../campaign/recipe.ts';
import type { SpecIssue } from '../errors/invalid-spec.ts';
import { suggestName } from '../errors/nearest-name.ts';
import { recipeLabel } from './recipe-label.ts';

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

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/**
 * The grid of every written recipe, each combination checked against what its method declares. Combinations that
 * come up twice are kept once. Impossible ones are issues, naming the combination and the reason.
 */
export function expandRecipes(grids: readonly RecipeGrid[], methods: Record<string, MethodFacts>): Expansion {
  const found = new Map<string, LabelledRecipe>();
  const issues: SpecIssue[] = [];
  for (const [index, grid] of grids.entries()) {
    const at = (...rest: (string | number)[]) => ['search', 'recipes', index, ...rest];
    for (const method of listOf(grid.method)) {
      const facts = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (facts === undefined) {
        issues.push({
          path: at('method'),
          message: `unknown method "${method}".`,
          hint: suggestName(method, Object.keys(methods)),
        });
        continue;
      }
      for (const written of combinations(grid, facts)) {
        const checked = checkRecipe({ written, grid, facts, index });
        if ('message' in checked) issues.push({ ...checked, path: at(...checked.path) });
        else if (!found.has(checked.label)) found.set(checked.label, checked);
      }
    }
  }
  return { recipes: [...found.values()], issues };
}

type Written = Pick<Recipe, 'method' | 'bits' | 'granularity' | 'symmetric'>;

function* combinations(grid: RecipeGrid, facts: MethodFacts): Generator<Written> {
  for (const bits of listOf(grid.bits ?? facts.bits[0]!)) {
    for (const granularity of listOf(grid.granularity ?? defaultGranularity(facts))) {
      for (const symmetric of listOf(grid.symmetric ?? facts.symmetric[0]!)) {
        yield { method: facts.name, bits, granularity, symmetric };
      }
    }
  }
}

function defaultGranularity(facts: MethodFacts): Granularity {
  const kind = facts.granularities[0]!;
  return kind === 'group' ? { group: facts.groups[0]! } : kind;
}

function checkRecipe(options: {
  written: Written;
  grid: RecipeGrid;
  facts: MethodFacts;
  index: number;
}): LabelledRecipe | SpecIssue {
  const { written, grid, facts, index } = options;
  const { bits, granularity, symmetric } = written;
  const kind = typeof granularity === 'object' ? 'group' : granularity;
  const refuse = (key: string, value: string, allowed: readonly unknown[]): SpecIssue => ({
    path: [key],
    message: `${facts.name} cannot have ${key} ${value}.`,
    hint: allowed.length === 0 ? `Leave ${key} out.` : `It can have ${allowed.join(', ')}.`,
  });
  if (!facts.bits.includes(bits)) return refuse('bits', String(bits), facts.bits);
  if (!facts.granularities.includes(kind)) return refuse('granularity', kind, facts.granularities);
  if (typeof granularity === 'object' && !facts.groups.includes(granularity.group)) {
    return refuse(
      'granularity',
      `group ${granularity.group}`,
      facts.groups.map((size) => `group ${size}`),
    );
  }
  if (!facts.symmetric.includes(symmetric)) return refuse('symmetric', String(symmetric), facts.symmetric);
  const parsed = facts.options.safeParse(grid.options ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      path: ['options', ...(issue?.path.map(String) ?? [])],
      message: `${facts.name}: ${issue?.message ?? 'the options do not fit'}.`,
    };
  }
  const recipe: Recipe = { ...written, exclude: grid.exclude ?? [], options: parsed.data };
  return { recipe, label: recipeLabel(recipe, facts.options.parse({})), index };
}
