import { z } from 'zod';

/** What shares one scale: the whole tensor, one output channel, or `group` consecutive inputs of a channel. */
export const Granularity = z.union([
  z.enum(['tensor', 'channel']),
  z.strictObject({ group: z.int().positive() }),
]);
export type Granularity = z.infer<typeof Granularity>;

/** A resolved recipe: what quantization does, nothing left to defaults. */
export const Recipe = z.strictObject({
  method: z.string(),
  bits: z.int().positive(),
  granularity: Granularity,
  symmetric: z.boolean(),
  /** Globs of weight names left unquantized. */
  exclude: z.array(z.string()),
  /** Options of the method, complete; each method declares their schema. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type Recipe = z.infer<typeof Recipe>;

const oneOrMany = <T extends z.ZodType>(schema: T) => z.union([schema, z.array(schema).min(1)]);

/** A recipe as written in a campaign file: every list is expanded as a grid; what is left out takes the method's default. */
export const RecipeGrid = z.strictObject({
  method: oneOrMany(z.string()),
  bits: oneOrMany(z.int().positive()).optional(),
  granularity: oneOrMany(Granularity).optional(),
  symmetric: oneOrMany(z.boolean()).optional(),
  exclude: z.array(z.string()).optional(),
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
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
  readonly needsCalibration: boolean | ((recipe: Recipe) => boolean);
  /** Allowed values, the first one is the default. */
  readonly bits: readonly number[];
  /** Allowed granularities, the first one is the default; `group` may carry any size of `groups`. */
  readonly granularities: readonly ('tensor' | 'channel' | 'group')[];
  /** Allowed group sizes, the first one is the default; empty where groups are not allowed. */
  readonly groups: readonly number[];
  readonly symmetric: readonly boolean[];
  /** Method options: a strict zod schema whose parse of `{}` gives all defaults. */
  readonly options: z.ZodType<Record<string, string | number | boolean>>;
  /** Whether the target's engine has a kernel for the recipe; `simulated` is kept but cannot win on speed. */
  supports(recipe: Recipe, target: { kind: string; provider: string }): 'native' | 'simulated';
}
