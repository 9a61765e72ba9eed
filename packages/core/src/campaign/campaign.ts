import { z } from 'zod';
import { Calibration } from './calibration.ts';
import { FidelityCheck } from './evaluation.ts';
import { Scenario } from './scenario.ts';
import { Objective } from './campaign-file.ts';
import { Recipe, WeightRecipe } from './recipe.ts';
import { Requirement } from './requirement.ts';
import { FrontAxes, OnNoWinner, Switch } from './search.ts';
import { StopRule } from './stop-rule.ts';
import { Name, Target } from './target.ts';

/** A recipe of the grid, ready to be tried. */
export const Candidate = z.strictObject({
  recipe: Recipe,
  label: z.string(),
  /** Target ids whose engine has no kernel for it. */
  simulatedOn: z.array(z.string()),
  /** Its method runs the model on the campaign's calibration texts. */
  calibrated: z.boolean().default(false),
  /** Its method looks at statistics of the unquantized model on these texts, which all such candidates share. */
  statistics: z.boolean().default(false),
  /** The load its method is made for. */
  suits: z.enum(['synchronous', 'asynchronous']).optional(),
});
export type Candidate = z.infer<typeof Candidate>;

const seconds = z.number().positive().nullable();

/** null: no limit. Durations in seconds. */
export const Budget = z.strictObject({
  trials: z.int().positive(),
  rounds: z.int().positive().default(1),
  wallClock: seconds,
  /** Of measuring jobs on all targets together. */
  device: seconds.default(null),
  perModel: z
    .strictObject({
      trials: z.int().positive().nullable(),
      /** Of all jobs of the model, one after the other. */
      wallClock: seconds,
      device: seconds,
    })
    .default({ trials: null, wallClock: null, device: null }),
});
export type Budget = z.infer<typeof Budget>;

/** A campaign with nothing left open: files are artifacts, grids are expanded, defaults are filled in. */
export const Campaign = z.strictObject({
  schemaVersion: z.literal(1),
  campaign: Name,
  models: z.array(z.strictObject({ id: Name, source: z.string() })).min(1),
  targets: z.array(Target).min(1),
  /** Present when a candidate is calibrated. */
  calibration: Calibration.optional(),
  fidelity: z.array(FidelityCheck).min(1),
  performance: z.array(Scenario).min(1),
  stopWhen: StopRule.optional(),
  requirements: Requirement,
  objectives: z.array(Objective).min(1),
  /** Metrics that make the axes of each front shown. */
  front: z.array(FrontAxes).optional(),
  candidates: z.array(Candidate),
  /** Precisions whose effect on each weight is measured where a round wants a mix of them. */
  scan: z.array(WeightRecipe).default([]),
  search: z.strictObject({ race: Switch, refine: Switch }).default({ race: 'auto', refine: 'off' }),
  budget: Budget,
  onNoWinner: OnNoWinner.default('fail'),
  approval: z.literal(true).optional(),
  seed: z.int().nonnegative(),
});
export type Campaign = z.output<typeof Campaign>;
