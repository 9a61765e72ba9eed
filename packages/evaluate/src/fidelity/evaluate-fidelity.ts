import { ArtifactRef, Engine, FidelityCheck, Metrics, Provenance } from '@quantloop/core';
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
});
export type EvaluateFidelityInput = z.output<typeof EvaluateFidelityInput>;

export const EvaluateFidelityOutput = z.strictObject({
  metrics: Metrics,
  /** JSON artifact, a `FidelityItems`. */
  items: ArtifactRef,
  /** Folder artifact of a baseline: its next-token distributions on the divergence text. */
  distributions: ArtifactRef.optional(),
  provenance: Provenance,
});
export type EvaluateFidelityOutput = z.output<typeof EvaluateFidelityOutput>;
