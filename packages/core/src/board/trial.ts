import { z } from 'zod';
import { Recipe } from '../campaign/recipe.ts';
import { ArtifactRef } from './artifact-ref.ts';
import { Effort } from './evidence.ts';
import { Metrics } from './measurement.ts';

/** What one stage of a trial cost, and whether it had to be computed. */
export const Execution = z.strictObject({
  seconds: z.number().nonnegative(),
  attempts: z.int().positive(),
  /** The stored result of an earlier identical job was returned. */
  cached: z.boolean(),
  /** Blocks of work taken over from the checkpoint of an interrupted attempt. */
  resumedBlocks: z.int().nonnegative(),
});
export type Execution = z.infer<typeof Execution>;

export const Failure = z.strictObject({
  code: z.string(),
  message: z.string(),
  stage: z.string(),
  hint: z.string().optional(),
});
export type Failure = z.infer<typeof Failure>;

/** Where a number comes from: software versions, hardware, engine, datasets, seeds. Flat, for reading and comparing. */
export const Provenance = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
export type Provenance = z.infer<typeof Provenance>;

/** A row of the board: one model × recipe on one target. */
export const Trial = z.strictObject({
  id: z.string(),
  model: z.string(),
  target: z.string(),
  /** null for the baseline: the unquantized model on the target's own engine. */
  recipe: Recipe.nullable(),
  /** Short name of the recipe, e.g. `rtn-int4-g32-sym`; `baseline` for the baseline. */
  label: z.string(),
  round: z.int().nonnegative(),
  /** Why it was planned, as a sentence. */
  planned: z.string().optional(),
  /** The latest look at it; absent: all of it, at once. */
  effort: Effort.optional(),
  status: z.enum(['measured', 'stopped', 'failed', 'cancelled']),
  /** The target has no kernel for it: its speed is not evidence and can never win on speed. */
  simulated: z.boolean(),
  metrics: Metrics,
  artifact: ArtifactRef.nullable(),
  /** JSON artifact: its results per document, which another version's can be paired with. */
  items: ArtifactRef.optional(),
  /** JSON artifact: every single timing. */
  samples: ArtifactRef.optional(),
  /** What it answered to the campaign's prompts, a `PromptAnswers`. */
  answers: ArtifactRef.optional(),
  failure: Failure.optional(),
  /** Why a stopped trial was given up by the campaign's rule, as a sentence. */
  stopped: z.string().optional(),
  stages: z.record(z.string(), Execution),
  provenance: Provenance,
});
export type Trial = z.infer<typeof Trial>;
