import {
  Campaign,
  expandRecipes,
  formatPath,
  type MethodFacts,
  Recipe,
  type RecipeGrid,
} from '@quantloop/core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const facts = (name: string, changes: Partial<MethodFacts> = {}): MethodFacts => ({
  name,
  summary: name,
  source: 'test',
  version: '1',
  needsCalibration: false,
  bits: [4, 8],
  granularities: ['group', 'channel'],
  groups: [32, 128],
  symmetric: [true, false],
  options: z.strictObject({ head: z.boolean().default(false), level: z.int().default(4) }),
  supports: ({ bits }) => (bits === 3 ? 'simulated' : 'native'),
  ...changes,
});
const METHODS = { rtn: facts('rtn', { bits: [4, 3, 8] }), nf4: facts('nf4', { bits: [4] }) };

const expand = (...grids: RecipeGrid[]) => expandRecipes(grids, METHODS);
const labels = (...grids: RecipeGrid[]) => expand(...grids).recipes.map(({ label }) => label);
const complaints = (...grids: RecipeGrid[]) =>
  expand(...grids).issues.map(({ path, message, hint }) =>
    `${formatPath(path)}: ${message} ${hint ?? ''}`.trim(),
  );

describe('a mix', () => {
  test('is resolved entry by entry: conditions as lists, recipes with their methods’ defaults', () => {
    const [found] = expand({
      method: 'rtn',
      mix: [
        { roles: 'down_proj', recipe: { method: 'rtn', bits: 8 } },
        { layers: 0, tensors: ['*a*', '*b*'], recipe: { method: 'nf4', options: { level: 0 } } },
        { tensors: '*lm_head*', recipe: 'keep' },
      ],
    }).recipes;
    const common = { granularity: { group: 32 }, symmetric: true };
    expect(found?.recipe).toEqual({
      method: 'rtn',
      bits: 4,
      ...common,
      options: { head: false, level: 4 },
      exclude: [],
      mix: [
        { roles: ['down_proj'], recipe: { method: 'rtn', bits: 8, ...common, options: { level: 4 } } },
        {
          tensors: ['*a*', '*b*'],
          layers: '0',
          recipe: { method: 'nf4', bits: 4, ...common, options: { level: 0 } },
        },
        { tensors: ['*lm_head*'], recipe: 'keep' },
      ],
    });
    expect(expand(found!.recipe).recipes).toEqual([found]);
    expect(Recipe.parse(JSON.parse(JSON.stringify(found!.recipe)))).toEqual(found!.recipe);
  });

  test('is empty in what was stored before there were mixes', () => {
    const { mix: _mix, ...before } = expand({ method: 'rtn' }).recipes[0]!.recipe;
    expect(Recipe.parse(before).mix).toEqual([]);
    const stored = Campaign.shape.candidates.parse([{ recipe: before, label: 'x', simulatedOn: [] }]);
    expect(stored[0]?.recipe.mix).toEqual([]);
  });

  test('multiplies with the lists around and inside it; its names say what differs', () => {
    const mix = [
      { roles: 'down_proj', recipe: { method: ['rtn', 'nf4'], bits: 4, symmetric: [true, false] } },
    ];
    expect(labels({ method: 'rtn', bits: [8, 3], mix })).toEqual([
      'rtn-int8-g32-sym-mix-down_proj-int4',
      'rtn-int8-g32-sym-mix-down_proj-int4-asym',
      'rtn-int8-g32-sym-mix-down_proj-nf4',
      'rtn-int8-g32-sym-mix-down_proj-nf4-asym',
      'rtn-int3-g32-sym-mix-down_proj-int4',
      'rtn-int3-g32-sym-mix-down_proj-int4-asym',
      'rtn-int3-g32-sym-mix-down_proj-nf4',
      'rtn-int3-g32-sym-mix-down_proj-nf4-asym',
    ]);
  });

  test('that is long is named by a digest; names that would be the same are told apart', () => {
    const entry = (layers: string) => ({ layers, recipe: { method: 'rtn', bits: 8 } }) as const;
    const long = labels({ method: 'rtn', mix: ['0', '2', '4', '6', '8', '10'].map(entry) });
    expect(long).toEqual([expect.stringMatching(/^rtn-int4-g32-sym-mix-[0-9a-f]{16}$/)]);
    const [first, second] = labels({ method: 'rtn', exclude: ['*a'] }, { method: 'rtn', exclude: ['?a'] });
    expect(first).toBe('rtn-int4-g32-sym-without-_a');
    expect(second).toMatch(/^rtn-int4-g32-sym-without-_a-[0-9a-f]{16}$/);
  });

  test('different recipes have different names, and a recipe keeps its own', () => {
    const weight = fc.record({
      method: fc.constantFrom('rtn', 'nf4'),
      bits: fc.constant(4),
      symmetric: fc.boolean(),
      options: fc.record({ level: fc.integer({ min: 0, max: 2 }) }),
    });
    const entry = fc.record({
      tensors: fc.subarray(['*a*', '?a', 'b'], { minLength: 1 }),
      layers: fc.constantFrom('0', '-1', '0-1'),
      recipe: fc.oneof(fc.constant('keep' as const), weight),
    });
    const grid = fc
      .tuple(weight, fc.array(entry, { maxLength: 4 }))
      .map(([whole, mix]) => ({ ...whole, mix }));
    fc.assert(
      fc.property(fc.array(grid, { minLength: 1, maxLength: 6 }), (grids) => {
        const { recipes, issues } = expand(...grids);
        expect(issues).toEqual([]);
        expect(new Set(recipes.map(({ label }) => label)).size).toBe(recipes.length);
        expect(new Set(recipes.map(({ recipe }) => JSON.stringify(recipe))).size).toBe(recipes.length);
        expect(recipes.every(({ label }) => /^[A-Za-z0-9._-]{1,160}$/.test(label))).toBe(true);
      }),
    );
  });

  const mixed = (entry: object): RecipeGrid => ({
    method: 'rtn',
    mix: [{ roles: 'q_proj', recipe: 'keep' }, entry as never],
  });
  const int8 = { method: 'rtn', bits: 8 };
  test.each([
    [
      'an unknown role',
      { roles: 'donw_proj', recipe: int8 },
      'mix[1].roles: unknown role "donw_proj". Did you mean "down_proj"?',
    ],
    [
      'an unknown role in a list',
      { roles: ['q_proj', 'lmhead'], recipe: int8 },
      'mix[1].roles[1]: unknown role "lmhead". Did you mean "lm_head"?',
    ],
    ['an empty range', { layers: '3-1', recipe: int8 }, 'mix[1].layers: the range 3-1 is empty. Write 1-3.'],
    [
      'an empty range from the end',
      { layers: '-1--3', recipe: int8 },
      'mix[1].layers: the range -1--3 is empty.',
    ],
    ['layers that are none', { layers: 'first', recipe: int8 }, 'mix[1].layers: "first" names no layers.'],
    ['an empty pattern', { tensors: '', recipe: int8 }, 'mix[1].tensors: a pattern is empty.'],
    ['no condition', { recipe: int8 }, 'mix[1]: the entry has no condition.'],
    [
      'an unknown method',
      { layers: 0, recipe: { method: 'rnt' } },
      'mix[1].recipe.method: unknown method "rnt". Did you mean "rtn"?',
    ],
    [
      'impossible bits',
      { layers: 0, recipe: { method: 'nf4', bits: 8 } },
      'mix[1].recipe.bits: nf4 cannot have bits 8. It can have 4.',
    ],
    [
      'an option about which weights',
      { layers: 0, recipe: { method: 'rtn', options: { head: true } } },
      'mix[1].recipe.options.head: "head" has no place in a mix. The conditions of the entry',
    ],
  ])('with %s is refused, naming the place and the way out', (_, entry, says) => {
    const found = complaints(mixed(entry));
    expect(found).toHaveLength(1);
    expect(found[0]!.startsWith(`search.recipes[0].${says}`), found[0]).toBe(true);
  });

  test('of more combinations than anyone may try is refused before they are written out', () => {
    const entry = { layers: 0, recipe: { method: 'rtn', bits: [3, 4, 8], symmetric: [true, false] } };
    expect(complaints({ method: 'rtn', mix: Array.from({ length: 40 }, () => entry) })).toEqual([
      'search.recipes[0].mix[3]: the lists up to here make 1296 recipes. Name fewer values.',
    ]);
  });
});
