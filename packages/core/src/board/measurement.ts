import { z } from 'zod';

/** A number with its 95 % interval. */
export const Estimate = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });
export type Estimate = z.infer<typeof Estimate>;

/** How a candidate's value stands to the baseline's, judged on paired items. */
export const Comparison = z.strictObject({
  /** Candidate − baseline, in the measurement's unit. */
  difference: Estimate,
  /** Candidate / baseline. */
  ratio: Estimate,
  /** Number of pairs (documents, alternations). 0: two point values, nothing was paired. */
  pairs: z.int().nonnegative(),
  /** What the interval and the p-value rest on: `mcnemar`, `paired-bootstrap`, `paired-t`, `exact`. */
  test: z.string(),
  /** Two-sided, of no difference at all. */
  pValue: z.number().min(0).max(1).optional(),
  /** The same, adjusted by Holm for the number of tasks of the trial; a task's first metric has one. */
  adjustedPValue: z.number().min(0).max(1).optional(),
});
export type Comparison = z.infer<typeof Comparison>;

/** One measured number with all that is needed to trust it. */
export const Measurement = z.strictObject({
  value: z.number(),
  unit: z.string(),
  /** Bounds of the 95 % interval; equal to the value where the number is exact. */
  low: z.number(),
  high: z.number(),
  /** Standard error as the convention defines it; absent where it gives none. The bounds need not follow from it. */
  standardError: z.number().nonnegative().optional(),
  /** Items or repetitions behind the value. */
  n: z.int().nonnegative(),
  higherIsBetter: z.boolean(),
  /** Which definition was followed, e.g. `lm-eval`; numbers of different conventions are never compared. */
  convention: z.string(),
  versusBaseline: Comparison.optional(),
});
export type Measurement = z.infer<typeof Measurement>;

/** Metric name → measurement, e.g. `wikitext.word_perplexity`, `single-stream.tpot.p50`, `memory.peak`. */
export const Metrics = z.record(z.string(), Measurement);
export type Metrics = z.infer<typeof Metrics>;
