import type { MethodFacts, MixEntry, Recipe, WeightRecipe } from '../campaign/recipe.ts';
import { textDigest } from './text-digest.ts';

/** Longer mixes are named by a digest: labels are names of files and of workflows. */
const LONGEST_MIX = 80;

/**
 * A recipe's name on boards and in files, e.g. `rtn-int4-g32-sym` or `rtn-int4-g32-sym-mix-down_proj-int8`. Options
 * are named where they differ from the method's defaults, the recipes of a mix where they differ from the whole's.
 */
export function recipeLabel(recipe: Recipe, methods: Record<string, MethodFacts>): string {
  const base = weightParts(recipe, methods);
  const parts = [...base];
  if (recipe.exclude.length > 0) parts.push(`without-${recipe.exclude.join('-')}`);
  if (recipe.mix.length > 0) parts.push(mixPart(recipe.mix, base, methods));
  const { samples, tokens, seed } = recipe.calibration ?? {};
  if (samples !== undefined) parts.push(`samples-${samples}`);
  if (tokens !== undefined) parts.push(`tokens-${tokens}`);
  if (seed !== undefined) parts.push(`seed-${seed}`);
  return parts.join('-').replaceAll(/[^A-Za-z0-9._-]+/g, '_');
}

function weightParts(recipe: WeightRecipe, methods: Record<string, MethodFacts>): string[] {
  const { method, bits, granularity, symmetric } = recipe;
  const defaults = methods[method]?.options.parse({}) ?? {};
  return [
    method,
    ...(method.includes(String(bits)) ? [] : [`int${bits}`]),
    typeof granularity === 'object' ? `g${granularity.group}` : granularity,
    symmetric ? 'sym' : 'asym',
    ...Object.entries(recipe.options)
      .filter(([name, value]) => value !== defaults[name])
      .map(([name, value]) => `${name}-${value}`),
  ];
}

function mixPart(
  mix: readonly MixEntry[],
  base: readonly string[],
  methods: Record<string, MethodFacts>,
): string {
  const names = mix.map(({ tensors = [], roles = [], layers, recipe }) => {
    const own = recipe === 'keep' ? ['keep'] : weightParts(recipe, methods);
    const different = own.filter((part) => !base.includes(part));
    const conditions = [...roles, ...(layers === undefined ? [] : [`layers-${layers}`]), ...tensors];
    return ['mix', ...conditions, ...(different.length > 0 ? different : own)].join('-');
  });
  const name = names.join('-');
  return name.length <= LONGEST_MIX ? name : `mix-${textDigest(JSON.stringify(mix))}`;
}
