import type { Granularity, MethodFacts, WeightRecipe, WeightRecipeGrid } from '../campaign/recipe.ts';
import type { SpecIssue } from '../errors/invalid-spec.ts';
import { suggestName } from '../errors/nearest-name.ts';

export interface WeightExpansion {
  recipes: WeightRecipe[];
  /** Their paths begin at the grid. */
  issues: SpecIssue[];
}

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** The grid of a weight's recipe, each combination checked against what its method declares. */
export function expandWeightRecipes(
  grid: WeightRecipeGrid,
  methods: Record<string, MethodFacts>,
): WeightExpansion {
  const recipes: WeightRecipe[] = [];
  const issues: SpecIssue[] = [];
  for (const method of listOf(grid.method)) {
    const facts = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (facts === undefined) {
      issues.push({
        path: ['method'],
        message: `unknown method "${method}".`,
        hint: suggestName(method, Object.keys(methods)),
      });
      continue;
    }
    for (const written of combinations(grid, facts)) {
      const checked = checkWeightRecipe(written, grid, facts);
      if ('message' in checked) issues.push(checked);
      else recipes.push(checked);
    }
  }
  return { recipes, issues };
}

type Written = Omit<WeightRecipe, 'options'>;

function* combinations(grid: WeightRecipeGrid, facts: MethodFacts): Generator<Written> {
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

function checkWeightRecipe(
  written: Written,
  grid: WeightRecipeGrid,
  facts: MethodFacts,
): WeightRecipe | SpecIssue {
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
  const options = facts.options.safeParse(grid.options ?? {});
  if (options.success) return { ...written, options: options.data };
  const [issue] = options.error.issues;
  return {
    path: ['options', ...(issue?.path.map(String) ?? [])],
    message: `${facts.name}: ${issue?.message ?? 'the options do not fit'}.`,
  };
}
