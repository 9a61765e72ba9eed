import { isEmptyRange, parseLayerRanges } from '../campaign/layer-ranges.ts';
import {
  SCOPE_OPTIONS,
  type MethodFacts,
  type MixEntry,
  type MixEntryGrid,
  type WeightRecipe,
} from '../campaign/recipe.ts';
import { Role, ROLES } from '../campaign/role.ts';
import type { SpecIssue } from '../errors/invalid-spec.ts';
import { suggestName } from '../errors/nearest-name.ts';
import { expandWeightRecipes } from './expand-weight-recipes.ts';

export interface MixExpansion {
  /** Every combination of the entries' recipes; one empty mix for no entries. */
  mixes: MixEntry[][];
  /** Their paths begin at the recipe that has the mix. */
  issues: SpecIssue[];
}

/** More than any campaign may try: a product of lists is not even written out beyond that. */
const MOST = 1000;

/** The grid of a mix: its entries' conditions checked, their recipes expanded and checked like any other. */
export function expandMix(
  entries: readonly MixEntryGrid[],
  methods: Record<string, MethodFacts>,
): MixExpansion {
  let mixes: MixEntry[][] = [[]];
  const issues: SpecIssue[] = [];
  for (const [index, written] of entries.entries()) {
    const expanded = expandEntry(written, methods);
    issues.push(...expanded.issues.map((issue) => ({ ...issue, path: ['mix', index, ...issue.path] })));
    if (mixes.length * expanded.entries.length > MOST) {
      issues.push({
        path: ['mix', index],
        message: `the lists up to here make ${mixes.length * expanded.entries.length} recipes.`,
        hint: 'Name fewer values.',
      });
      break;
    }
    mixes = mixes.flatMap((mix) => expanded.entries.map((entry) => [...mix, entry]));
  }
  return { mixes, issues };
}

function expandEntry(
  written: MixEntryGrid,
  methods: Record<string, MethodFacts>,
): { entries: MixEntry[]; issues: SpecIssue[] } {
  const issues = conditionIssues(written);
  const { tensors, roles, layers, recipe } = written;
  const conditions: Omit<MixEntry, 'recipe'> = {
    ...(tensors !== undefined && { tensors: [tensors].flat() }),
    ...(roles !== undefined && { roles: [roles].flat().filter(isRole) }),
    ...(layers !== undefined && { layers: String(layers) }),
  };
  if (recipe === 'keep') return { entries: [{ ...conditions, recipe }], issues };
  const named = SCOPE_OPTIONS.filter((option) => Object.hasOwn(recipe.options ?? {}, option));
  issues.push(
    ...named.map((option) => ({
      path: ['recipe', 'options', option],
      message: `"${option}" has no place in a mix.`,
      hint: 'The conditions of the entry say which weights it is for.',
    })),
  );
  const expanded = expandWeightRecipes(recipe, methods);
  issues.push(...expanded.issues.map((issue) => ({ ...issue, path: ['recipe', ...issue.path] })));
  const entries = expanded.recipes.map((part) => ({
    ...conditions,
    recipe: withoutScope(part),
  }));
  return { entries, issues };
}

const isRole = (name: string): name is Role => Role.safeParse(name).success;

/** A recipe as it stands in a mix: without the options that say which weights a whole recipe covers. */
export function withoutScope(recipe: WeightRecipe): WeightRecipe {
  const options = Object.entries(recipe.options).filter(([name]) => !SCOPE_OPTIONS.includes(name));
  return { ...recipe, options: Object.fromEntries(options) };
}

function conditionIssues({ tensors, roles, layers }: MixEntryGrid): SpecIssue[] {
  if (tensors === undefined && roles === undefined && layers === undefined) {
    return [
      {
        path: [],
        message: 'the entry has no condition.',
        hint: 'Say with tensors, roles or layers which weights it is for.',
      },
    ];
  }
  const issues: SpecIssue[] = [];
  if (tensors !== undefined && [tensors].flat().includes('')) {
    issues.push({
      path: ['tensors'],
      message: 'a pattern is empty.',
      hint: 'Write a glob of weight or node names, such as "*down_proj*".',
    });
  }
  for (const [index, role] of [roles ?? []].flat().entries()) {
    if (isRole(role)) continue;
    issues.push({
      path: Array.isArray(roles) ? ['roles', index] : ['roles'],
      message: `unknown role "${role}".`,
      hint: suggestName(role, ROLES),
    });
  }
  if (layers !== undefined) issues.push(...layerIssues(String(layers)));
  return issues;
}

function layerIssues(text: string): SpecIssue[] {
  const ranges = parseLayerRanges(text);
  if (ranges === undefined) {
    return [
      {
        path: ['layers'],
        message: `"${text}" names no layers.`,
        hint: 'Write 0-3, 5, -1 for the last one, or several of them with commas.',
      },
    ];
  }
  return ranges.filter(isEmptyRange).map(({ first, last }) => ({
    path: ['layers'],
    message: `the range ${first}-${last} is empty.`,
    hint: `Write ${last}-${first}.`,
  }));
}
