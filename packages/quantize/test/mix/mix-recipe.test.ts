import { expandRecipes, mixRecipe, ROLES, type AssignedWeight, type WeightRecipe } from '@quantloop/core';
import { METHOD_FACTS } from '@quantloop/quantize';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseRecipes } from '../../src/mix/choose-recipes.ts';
import { weightRecipeOf } from '../support/recipe.ts';

const part = (bits: number): WeightRecipe => weightRecipeOf({ method: 'rtn', bits });
const RECIPES = [part(3), part(4), part(8), 'keep'] as const;

const weights = fc.uniqueArray(
  fc.record({
    // Names with what globs are made of; places that several weights share.
    name: fc.stringMatching(/^[a-z*?[\]{}()!+@|^$.:/-]{1,6}$/),
    role: fc.constantFrom(...ROLES, null),
    layer: fc.option(fc.nat(5)),
    recipe: fc.constantFrom(...RECIPES),
  }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 40 },
);

/** Every role once in each of some layers, as in a decoder. */
const decoder = fc
  .tuple(
    fc.integer({ min: 1, max: 8 }),
    fc.array(fc.constantFrom(...RECIPES), { minLength: 72, maxLength: 72 }),
  )
  .map(([layers, recipes]): AssignedWeight[] => [
    ...ROLES.slice(0, 9).flatMap((role, r) =>
      Array.from({ length: layers }, (_, layer) => ({
        name: `model.layers.${layer}.${role}`,
        role,
        layer,
        recipe: recipes[r * 8 + layer]!,
      })),
    ),
    { name: 'lm_head', role: 'lm_head', layer: null, recipe: recipes[0]! },
  ]);

test('a mix gives every weight what it was assigned, whatever their names and places', () => {
  fc.assert(
    fc.property(fc.oneof(weights, decoder), (assigned) => {
      const written = mixRecipe(assigned);
      if (written === undefined) {
        expect(assigned.every(({ recipe }) => recipe === 'keep')).toBe(true);
        return;
      }
      const { recipes, issues } = expandRecipes([written], METHOD_FACTS);
      expect(issues).toEqual([]);
      const places = assigned.map(({ name, role, layer }) => ({
        names: [name],
        role: role ?? undefined,
        layer: layer ?? undefined,
        tied: false,
      }));
      const { choices } = chooseRecipes(places, recipes[0]!.recipe);
      expect(choices.map((choice) => ('leave' in choice ? 'keep' : choice.recipe.bits))).toEqual(
        assigned.map(({ recipe }) => (recipe === 'keep' ? 'keep' : recipe.bits)),
      );
    }),
  );
});

test('a name that begins with "./" is told from one without', () => {
  const named = (name: string, recipe: AssignedWeight['recipe']): AssignedWeight => ({
    name,
    role: null,
    layer: null,
    recipe,
  });
  const written = mixRecipe([named('./a*', part(4)), named('./b(', part(8)), named('a*', part(8))])!;
  const { recipes } = expandRecipes([written], METHOD_FACTS);
  const places = ['./a*', './b(', 'a*'].map((name) => ({
    names: [name],
    role: undefined,
    layer: undefined,
    tied: false,
  }));
  const { choices } = chooseRecipes(places, recipes[0]!.recipe);
  expect(choices.map((choice) => ('recipe' in choice ? choice.recipe.bits : undefined))).toEqual([4, 8, 8]);
});

test('a mix says by role and range what can be said so', () => {
  const assigned = ['q_proj', 'k_proj', 'down_proj'].flatMap((role) =>
    Array.from({ length: 8 }, (_, layer): AssignedWeight => {
      const eight = role === 'down_proj' || layer < 2 || layer === 7;
      return { name: `${layer}.${role}`, role: role as 'q_proj', layer, recipe: part(eight ? 8 : 4) };
    }),
  );
  const head: AssignedWeight = { name: 'lm_head', role: 'lm_head', layer: null, recipe: 'keep' };
  const { mix, bits } = mixRecipe([...assigned, head])!;
  expect(bits).toBe(8);
  expect(
    mix.map(({ recipe, ...conditions }) => [conditions, recipe === 'keep' ? recipe : recipe.bits]),
  ).toEqual([
    [{ roles: ['q_proj', 'k_proj'], layers: '2-6' }, 4],
    [{ roles: ['lm_head'] }, 'keep'],
  ]);
});
