import type { MethodFacts, Recipe } from '../../campaign/recipe.ts';

/** A recipe one change away from another, and the change in words. */
export interface Neighbour {
  recipe: Recipe;
  change: string;
}

/**
 * The recipes one change away, as the method's own facts allow: for quality a finer granularity, zero points, another
 * value of each option it can be tuned by; for size the next fewer bits, a coarser granularity, embedding and head too.
 */
export function neighbours(recipe: Recipe, facts: MethodFacts, aim: 'quality' | 'size'): Neighbour[] {
  return aim === 'quality'
    ? [...finer(recipe, facts), ...zeroPoints(recipe, facts), ...tuned(recipe, facts)]
    : [...fewerBits(recipe, facts), ...coarser(recipe, facts), ...whole(recipe, facts)];
}

/** Group sizes from which nothing is gained that more bits would not give cheaper, and as wide as is common. */
const GROUPS = { least: 16, most: 128 };

const groupsOf = ({ granularities, groups }: MethodFacts): number[] =>
  granularities.includes('group')
    ? groups.filter((size) => size >= GROUPS.least && size <= GROUPS.most).sort((a, b) => b - a)
    : [];

function finer(recipe: Recipe, facts: MethodFacts): Neighbour[] {
  const { granularity } = recipe;
  const now = typeof granularity === 'object' ? granularity.group : Infinity;
  const [next] = groupsOf(facts).filter((size) => size < now);
  if (next === undefined) return [];
  return [{ recipe: { ...recipe, granularity: { group: next } }, change: `groups of ${next}` }];
}

function coarser(recipe: Recipe, facts: MethodFacts): Neighbour[] {
  const { granularity } = recipe;
  if (typeof granularity !== 'object') return [];
  const next = groupsOf(facts).findLast((size) => size > granularity.group);
  if (next !== undefined) {
    return [{ recipe: { ...recipe, granularity: { group: next } }, change: `groups of ${next}` }];
  }
  return facts.granularities.includes('channel')
    ? [{ recipe: { ...recipe, granularity: 'channel' }, change: 'one scale a channel' }]
    : [];
}

function zeroPoints(recipe: Recipe, facts: MethodFacts): Neighbour[] {
  return recipe.symmetric && facts.symmetric.includes(false)
    ? [{ recipe: { ...recipe, symmetric: false }, change: 'zero points' }]
    : [];
}

function tuned(recipe: Recipe, { tuning = {} }: MethodFacts): Neighbour[] {
  return Object.entries(tuning).flatMap(([name, values]) =>
    values
      .filter((value) => value !== recipe.options[name])
      .map((value) => ({
        recipe: { ...recipe, options: { ...recipe.options, [name]: value } },
        change: `${name} ${value}`,
      })),
  );
}

function fewerBits(recipe: Recipe, { bits }: MethodFacts): Neighbour[] {
  const less = Math.max(...bits.filter((each) => each < recipe.bits));
  return Number.isFinite(less) ? [{ recipe: { ...recipe, bits: less }, change: `${less} bits` }] : [];
}

function whole(recipe: Recipe, facts: MethodFacts): Neighbour[] {
  const defaults = facts.options.parse({});
  return (['embedding', 'head'] as const)
    .filter((name) => name in defaults && recipe.options[name] === false)
    .map((name) => ({
      recipe: { ...recipe, options: { ...recipe.options, [name]: true } },
      change: `the ${name} too`,
    }));
}
