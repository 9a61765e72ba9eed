import { z } from 'zod';
import { Recipe } from '../campaign/recipe.ts';
import { Requirement } from '../campaign/requirement.ts';

const who = {
  /** As they called themselves, e.g. the name of a login. */
  by: z.string().min(1),
  /** Milliseconds since 1970, of the workflow's clock. */
  at: z.number(),
};

/** What a person did to a running campaign. All of it is in the record. */
export const Act = z.discriminatedUnion('kind', [
  /** The proposed decision holds. */
  z.strictObject({ ...who, kind: z.literal('approve') }),
  /** A trial is not to be selected, whatever was measured. */
  z.strictObject({ ...who, kind: z.literal('reject'), trial: z.string(), reason: z.string().min(1) }),
  z.strictObject({
    ...who,
    kind: z.literal('add-recipe'),
    recipe: Recipe,
    label: z.string(),
    simulatedOn: z.array(z.string()),
    calibrated: z.boolean(),
    statistics: z.boolean(),
  }),
  /** The requirements from now on, and those that they replace. */
  z.strictObject({
    ...who,
    kind: z.literal('relax'),
    requirements: Requirement,
    replaced: Requirement,
    reason: z.string().min(1),
  }),
  /** Added to the budget; what is left out stays. */
  z.strictObject({
    ...who,
    kind: z.literal('extend-budget'),
    trials: z.int().positive().optional(),
    rounds: z.int().positive().optional(),
    /** Seconds. */
    wallClock: z.number().positive().optional(),
    /** Seconds. */
    device: z.number().positive().optional(),
  }),
  /** Nothing further begins until people let it go on; what is being measured is measured to its end. */
  z.strictObject({ ...who, kind: z.literal('pause') }),
  z.strictObject({ ...who, kind: z.literal('go-on') }),
  /** What is being measured is the last: the campaign decides by what it has. */
  z.strictObject({ ...who, kind: z.literal('finish') }),
]);
export type Act = z.infer<typeof Act>;

/** An act before the workflow has dated it, and noted the requirements that it replaces. */
export type ActInput = Unrecorded<Act>;
type Unrecorded<Each> = Each extends Act ? Omit<Each, 'at' | 'replaced'> : never;
