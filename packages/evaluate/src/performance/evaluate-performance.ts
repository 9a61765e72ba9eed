import { ArtifactRef, Engine, Metrics, Provenance, Scenario } from '@quantloop/core';
import { z } from 'zod';

export const EvaluatePerformanceInput = z.strictObject({
  /** The candidate: a model folder artifact. */
  model: ArtifactRef,
  scenarios: z.array(Scenario).min(1),
  engine: Engine,
  seed: z.int().nonnegative(),
  /** Alternates with the candidate. Absent when the model is the baseline itself. */
  baseline: ArtifactRef.optional(),
  /** Every load is measured so many times as often as its scenario says. @default 1 */
  repetitions: z.int().positive().optional(),
  /**
   * `samples` of an earlier look at the same models on this machine: only the alternations that are missing are measured,
   * and pooled with those. Not part of the identity.
   */
  known: ArtifactRef.optional(),
});
export type EvaluatePerformanceInput = z.output<typeof EvaluatePerformanceInput>;

export const EvaluatePerformanceOutput = z.strictObject({
  metrics: Metrics,
  /** JSON artifact, a `PerformanceSamples`. */
  samples: ArtifactRef,
  provenance: Provenance,
});
export type EvaluatePerformanceOutput = z.output<typeof EvaluatePerformanceOutput>;
