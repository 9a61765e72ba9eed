import { z } from 'zod';
import { CalibrationSource } from './calibration.ts';
import { FidelityItem } from './evaluation.ts';
import { Quantity } from './quantity.ts';
import { Priority } from './priority.ts';
import { RecipeGrid } from './recipe.ts';
import { ScenarioItem } from './scenario.ts';
import { Schedule } from './schedule.ts';
import { FrontAxes, OnNoWinner, Switch } from './search.ts';
import { StopRule } from './stop-rule.ts';
import { Name, Target } from './target.ts';
import { WrittenRequirement } from './written-requirement.ts';

/** What to prefer among the acceptable: the first objective decides unless the difference is within the noise. */
export const Objective = z.union([
  z.strictObject({ minimize: z.string() }),
  z.strictObject({ maximize: z.string() }),
  /** The smallest weighted geometric mean of ratios to the baseline, of speed and quality the inverse. */
  z.strictObject({ weighted: z.record(z.string(), z.number().positive()) }),
  /** The knee of the front over two metrics. */
  z.strictObject({ knee: z.tuple([z.string(), z.string()]) }),
]);
export type Objective = z.infer<typeof Objective>;

/** A campaign as people write it (YAML, JSON, or `defineCampaign`). */
export const CampaignFile = z.strictObject({
  campaign: Name,
  models: z
    .array(
      z.strictObject({
        id: Name,
        /** `builtin:demo`, `./folder`, or `hf:org/name@revision`. */
        source: z.string(),
      }),
    )
    .min(1),
  targets: z.array(Target).min(1),
  calibration: CalibrationSource.optional(),
  evaluation: z.strictObject({
    fidelity: z.array(FidelityItem).min(1),
    performance: z.array(ScenarioItem).min(1),
    /** Gives hopeless trials up after the divergence check. */
    stopWhen: StopRule.optional(),
  }),
  requirements: WrittenRequirement,
  objective: z.union([Objective, z.array(Objective).min(1)]),
  /** Pairs or more of metrics whose fronts are shown. @default quality against speed in each scenario and against size */
  front: z.array(FrontAxes).min(1).optional(),
  search: z.strictObject({
    recipes: z.array(RecipeGrid).min(1),
    /** Looks at growing shares of the evidence, and gives up what cannot be selected any more. */
    race: Switch.default('auto'),
    /** Plans further rounds from what was measured. */
    refine: Switch.default('off'),
  }),
  budget: z
    .strictObject({
      /** At most so many trials, baselines not counted. */
      trials: z.int().positive().max(10_000).default(1000),
      /** The grid is the first. @default 1; 3 where it refines */
      rounds: z.int().positive().optional(),
      /** What is not begun by then is not begun; the decision is made from what there is. */
      wallClock: Quantity.optional(),
      /** Of measuring jobs on all targets together. */
      deviceHours: z.number().positive().optional(),
      /** Of each model, beside the limits of the whole. */
      perModel: z
        .strictObject({
          trials: z.int().positive().optional(),
          /** Of all jobs of the model, one after the other. */
          wallClock: Quantity.optional(),
          deviceHours: z.number().positive().optional(),
        })
        .prefault({}),
    })
    .prefault({}),
  /** What happens where no trial is acceptable when the rounds are over. */
  onNoWinner: OnNoWinner.default('fail'),
  /** A person has to approve what was selected. @default nobody is asked */
  approval: z.literal(true).optional(),
  seed: z.int().nonnegative().default(0),
  /** Where it shares workers with other campaigns. Not part of what is run. @default 3 */
  priority: Priority.optional(),
  /** When `quantloop schedule apply` has it run. Not part of what is run. */
  schedule: Schedule.optional(),
});
export type CampaignFile = z.output<typeof CampaignFile>;
/** What a campaign file may look like before defaults. */
export type CampaignInput = z.input<typeof CampaignFile>;
