import {
  coversLayer,
  parseLayerRanges,
  QuantloopError,
  type MixEntry,
  type Recipe,
  type WeightRecipe,
} from '@quantloop/core';
import picomatch from 'picomatch';
import type { WeightPlace } from './weight-place.ts';

/** What becomes of a weight. */
export type Choice =
  | {
      recipe: WeightRecipe;
      /** Index of the mix entry that says so; undefined: the recipe as a whole. */
      entry?: number;
    }
  | { leave: string };

export interface Choices {
  /** One for every weight, in order. */
  choices: Choice[];
  /** Weights that each pattern of `exclude` kept. */
  excluded: Map<string, number>;
  /** Weights that each entry of `mix` was the first to fit. */
  mixed: number[];
}

/**
 * The recipe of every weight: left alone where `exclude` names it, else that of the first mix entry that fits, else the
 * whole's. @throws QuantloopError `invalid-spec` for an empty pattern, `unsupported` for a mix entry that no weight fits
 */
export function chooseRecipes(places: readonly WeightPlace[], recipe: Recipe): Choices {
  const { exclude, mix, ...whole } = recipe;
  const patterns = exclude.map((pattern) => ({ pattern, matches: matcher(pattern) }));
  const layers = 1 + Math.max(-1, ...places.map(({ layer }) => layer ?? -1));
  const fits = mix.map((entry) => fitter(entry, layers));
  const excluded = new Map(exclude.map((pattern) => [pattern, 0]));
  const mixed = mix.map(() => 0);
  const choices = places.map((place): Choice => {
    const hit = patterns.find(({ matches }) => place.names.some((name) => matches(name)));
    if (hit !== undefined) {
      excluded.set(hit.pattern, excluded.get(hit.pattern)! + 1);
      return { leave: `excluded by "${hit.pattern}"` };
    }
    const entry = fits.findIndex((fit) => fit(place));
    if (entry < 0) {
      const leave = spared(place, whole);
      return leave === undefined ? { recipe: whole } : { leave };
    }
    mixed[entry]!++;
    const part = mix[entry]!.recipe;
    return part === 'keep' ? { leave: `kept by mix[${entry}]` } : { recipe: part, entry };
  });
  const idle = mixed.indexOf(0);
  if (idle >= 0) throw nothingFits({ entry: mix[idle]!, idle, fits: fits[idle]!, places, layers });
  return { choices, excluded, mixed };
}

/** Why a recipe as a whole does not cover a weight; undefined: it does. */
function spared({ role, tied }: WeightPlace, { options }: WeightRecipe): string | undefined {
  if (role === 'lm_head' && options['head'] === false) {
    return `the output head${tied ? ' (the embedding is tied to it)' : ''}, which the recipe leaves alone`;
  }
  if (role === 'embed_tokens' && options['embedding'] === false)
    return 'the embedding, which the recipe leaves alone';
  return undefined;
}

function matcher(pattern: string): (name: string) => boolean {
  if (pattern !== '') return picomatch(pattern);
  throw new QuantloopError({
    code: 'invalid-spec',
    message: 'A pattern in "exclude" is empty.',
    hint: 'Write a glob of weight or node names, such as "*down_proj*", or leave it out.',
  });
}

function fitter({ tensors, roles, layers: text }: MixEntry, layers: number): (place: WeightPlace) => boolean {
  const patterns = tensors?.map(matcher);
  const ranges = text === undefined ? undefined : (parseLayerRanges(text) ?? []);
  return ({ names, role, layer }) =>
    (patterns === undefined || patterns.some((matches) => names.some((name) => matches(name)))) &&
    (roles === undefined || (role !== undefined && roles.includes(role))) &&
    (ranges === undefined || (layer !== undefined && coversLayer(ranges, layer, layers)));
}

/** An entry without effect is a mistake: the model would not be what its recipe says. */
function nothingFits(options: {
  entry: MixEntry;
  idle: number;
  fits: (place: WeightPlace) => boolean;
  places: readonly WeightPlace[];
  layers: number;
}): QuantloopError {
  const { entry, idle, fits, places, layers } = options;
  const { recipe: _recipe, ...conditions } = entry;
  const roles = [...new Set(places.flatMap(({ role }) => role ?? []))];
  const taken = places.filter(fits).length;
  return new QuantloopError({
    code: 'unsupported',
    message:
      taken > 0
        ? `mix[${idle}] ${JSON.stringify(conditions)} has no effect: "exclude" or earlier entries take all ${taken} weights that fit it.`
        : `mix[${idle}] ${JSON.stringify(conditions)} fits no weight of the model.`,
    hint:
      taken > 0
        ? 'The first entry that fits a weight holds: put it earlier, or leave it out.'
        : `The model has ${layers} decoder layers and the roles ${roles.join(', ') || 'none'}.`,
  });
}
