import { ArtifactRef, Engine, FidelityCheck, Metrics, Provenance, StopRule } from '@quantloop/core';
import { z } from 'zod';

export const EvaluateFidelityInput = z.strictObject({
  /** A model folder artifact. */
  model: ArtifactRef,
  checks: z.array(FidelityCheck).min(1),
  engine: Engine,
  /** Of the resampling behind the intervals. */
  seed: z.int().nonnegative(),
  /** Absent when the model is the baseline itself. `items` is what its own evaluation gave. */
  baseline: z.strictObject({ items: ArtifactRef }).optional(),
  /** Gives a candidate up after its divergence check: what else there is to check is left out. */
  stopWhen: StopRule.optional(),
  /** Of each task's documents, see `seenDocuments`; whatever is no task is measured in full. @default 1 */
  share: z.number().positive().max(1).optional(),
  /**
   * `items` of an earlier look at the model: what they hold is taken over instead of measured again. Results do not depend
   * on it, beyond the float32 rounding that any other grouping into batches brings, so it is not part of the identity.
   */
  known: ArtifactRef.optional(),
});
export type EvaluateFidelityInput = z.output<typeof EvaluateFidelityInput>;

export const EvaluateFidelityOutput = z.strictObject({
  metrics: Metrics,
  /** JSON artifact, a `FidelityItems`. */
  items: ArtifactRef,
  /** Folder artifact of a baseline: its next-token distributions on the divergence text. */
  distributions: ArtifactRef.optional(),
  /** JSON artifact, a `PromptAnswers`, where prompts were asked. */
  answers: ArtifactRef.optional(),
  /** Why the rule gave it up, as a sentence. */
  stopped: z.string().optional(),
  provenance: Provenance,
});
export type EvaluateFidelityOutput = z.output<typeof EvaluateFidelityOutput>;
