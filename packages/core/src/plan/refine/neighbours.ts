import type { CalibrationChange } from '../../campaign/calibration.ts';
import type { MethodFacts, Recipe } from '../../campaign/recipe.ts';

/** A recipe one change away from another, and the change in words. */
export interface Neighbour {
  recipe: Recipe;
  change: string;
}

/**
 * The recipes one change away, as the method's own facts allow: for quality a finer granularity, zero points, another
 * value of each option it can be tuned by, twice the calibration texts and others of them; for size the next fewer bits, a coarser granularity, embedding and head too.
 */
export function neighbours(
  recipe: Recipe,
  facts: MethodFacts,
  { aim, texts }: { aim: 'quality' | 'size'; texts?: CalibrationTexts | undefined },
): Neighbour[] {
  return aim === 'quality'
    ? [
        ...finer(recipe, facts),
        ...zeroPoints(recipe, facts),
        ...tuned(recipe, facts),
        ...(texts === undefined ? [] : otherTexts(recipe, texts)),
      ]
    : [...fewerBits(recipe, facts), ...coarser(recipe, facts), ...whole(recipe, facts)];
}

/** What a calibrated recipe has of the campaign's texts, unless it says otherwise. */
export interface CalibrationTexts {
  samples: number;
  seed: number;
  /** How many there are. */
  available: number;
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

/** Where all texts are taken already there are no others. */
function otherTexts(recipe: Recipe, { available, ...asked }: CalibrationTexts): Neighbour[] {
  const { samples, seed } = { ...asked, ...recipe.calibration };
  if (samples >= available) return [];
  const changed = (change: CalibrationChange): Recipe => ({
    ...recipe,
    calibration: { ...recipe.calibration, ...change },
  });
  const more = Math.min(2 * samples, available);
  return [
    { recipe: changed({ samples: more }), change: `${more} calibration texts` },
    { recipe: changed({ seed: seed + 1 }), change: `other calibration texts (seed ${seed + 1})` },
  ];
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
