import { z } from 'zod';
import { CalibrationChange, CalibrationChangeGrid } from './calibration.ts';
import { LAYER_RANGES } from './layer-ranges.ts';
import { Role } from './role.ts';

/** What shares one scale: the whole tensor, one output channel, or `group` consecutive inputs of a channel. */
export const Granularity = z.union([
  z.enum(['tensor', 'channel']),
  z.strictObject({ group: z.int().positive() }),
]);
export type Granularity = z.infer<typeof Granularity>;

const Options = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** What is done to one weight, nothing left to defaults. */
export const WeightRecipe = z.strictObject({
  method: z.string(),
  bits: z.int().positive(),
  granularity: Granularity,
  symmetric: z.boolean(),
  /** Options of the method, complete; each method declares their schema. */
  options: Options,
});
export type WeightRecipe = z.infer<typeof WeightRecipe>;

/** Another recipe for some of the weights: for those of which every condition holds; of a list, one item has to. */
export const MixEntry = z.strictObject({
  /** Globs of weight or node names. */
  tensors: z.array(z.string()).optional(),
  roles: z.array(Role).optional(),
  /** Of decoder layers: `0-1`, `5`, `-1` (the last one), `0,-2--1`. */
  layers: z.string().regex(LAYER_RANGES).optional(),
  /** `keep`: they stay as they are. */
  recipe: z.union([z.literal('keep'), WeightRecipe]),
});
export type MixEntry = z.infer<typeof MixEntry>;

const { options, ...whatAndHow } = WeightRecipe.shape;

/** A resolved recipe: what quantization does, nothing left to defaults. */
export const Recipe = z.strictObject({
  ...whatAndHow,
  /** Globs of weight or node names left unquantized, whatever else is said of them. */
  exclude: z.array(z.string()),
  options,
  /** Exceptions; the first entry that fits a weight holds. */
  mix: z.array(MixEntry).default([]),
  /** Of calibrated recipes: what they take otherwise of the campaign's texts. */
  calibration: CalibrationChange.optional(),
});
export type Recipe = z.infer<typeof Recipe>;

/**
 * Options of a recipe as a whole: whether it covers the weights named, and what is no weight. In an entry of a mix they
 * have no place, since its conditions say what it covers.
 */
export const SCOPE_OPTIONS: readonly string[] = ['head', 'embedding', 'kvCache'];

const oneOrMany = <T extends z.ZodType>(schema: T) => z.union([schema, z.array(schema).min(1)]);

/** A weight's recipe as written: every list is expanded as a grid; what is left out takes the method's default. */
export const WeightRecipeGrid = z.strictObject({
  method: oneOrMany(z.string()),
  bits: oneOrMany(z.int().positive()).optional(),
  granularity: oneOrMany(Granularity).optional(),
  symmetric: oneOrMany(z.boolean()).optional(),
  options: Options.optional(),
});
export type WeightRecipeGrid = z.infer<typeof WeightRecipeGrid>;

/** An entry of a mix as written. Lists of conditions are sets, those of its recipe grids. */
export const MixEntryGrid = z.strictObject({
  tensors: oneOrMany(z.string()).optional(),
  roles: oneOrMany(z.string()).optional(),
  layers: z.union([z.string(), z.int()]).optional(),
  recipe: z.union([z.literal('keep'), WeightRecipeGrid]),
});
export type MixEntryGrid = z.infer<typeof MixEntryGrid>;

/** A recipe as written in a campaign file: every list is expanded as a grid; what is left out takes the method's default. */
export const RecipeGrid = z.strictObject({
  ...WeightRecipeGrid.shape,
  exclude: z.array(z.string()).optional(),
  mix: z.array(MixEntryGrid).optional(),
  calibration: CalibrationChangeGrid.optional(),
});
export type RecipeGrid = z.infer<typeof RecipeGrid>;

/**
 * What a quantization method declares of itself. Recipes are checked against these facts before anything runs,
 * so that shared code never branches on a method's name.
 */
export interface MethodFacts {
  readonly name: string;
  /** One line for `plan`, `doctor` and the docs. */
  readonly summary: string;
  /** Paper or reference implementation. */
  readonly source: string;
  /** Bumped whenever the method's output changes: part of the cache key. */
  readonly version: string;
  /** Whether the model is run on calibration texts; where that depends on the recipe, a function of it. */
  readonly needsCalibration: boolean | ((recipe: WeightRecipe) => boolean);
  /** Whether statistics of the unquantized model are needed, from the same texts. @default false */
  readonly needsStatistics?: boolean | ((recipe: WeightRecipe) => boolean);
  /** Allowed values, the first one is the default. */
  readonly bits: readonly number[];
  /** Allowed granularities, the first one is the default; `group` may carry any size of `groups`. */
  readonly granularities: readonly ('tensor' | 'channel' | 'group')[];
  /** Allowed group sizes, the first one is the default; empty where groups are not allowed. */
  readonly groups: readonly number[];
  readonly symmetric: readonly boolean[];
  /** Method options: a strict zod schema whose parse of `{}` gives all defaults. */
  readonly options: z.ZodType<Record<string, string | number | boolean>>;
  /** Values worth trying of options, where a recipe nearly suffices. @default none */
  readonly tuning?: Readonly<Record<string, readonly (string | number | boolean)[]>>;
  /** The load it is made for: one user waiting, or requests in batches. @default neither */
  readonly suits?: 'synchronous' | 'asynchronous';
  /** Whether the target's engine has a kernel for the recipe; `simulated` is kept but cannot win on speed. */
  supports(recipe: WeightRecipe, target: { kind: string; provider: string }): 'native' | 'simulated';
}
