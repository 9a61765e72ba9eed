import { z } from 'zod';
import { CalibrationSource } from './calibration.ts';
import { FidelityItem } from './evaluation.ts';
import { Quantity } from './quantity.ts';
import { RecipeGrid } from './recipe.ts';
import { ScenarioItem } from './scenario.ts';
import { StopRule } from './stop-rule.ts';
import { Name, Target } from './target.ts';
import { WrittenRequirement } from './written-requirement.ts';

/** What to prefer among the acceptable: the first objective decides unless the difference is within the noise. */
export const Objective = z.union([
  z.strictObject({ minimize: z.string() }),
  z.strictObject({ maximize: z.string() }),
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
  search: z.strictObject({ recipes: z.array(RecipeGrid).min(1) }),
  budget: z
    .strictObject({
      /** At most so many trials, baselines not counted. */
      trials: z.int().positive().max(96).default(96),
      /** Trials not begun by then are not begun; the decision is made from what there is. */
      wallClock: Quantity.optional(),
    })
    .prefault({}),
  seed: z.int().nonnegative().default(0),
});
export type CampaignFile = z.output<typeof CampaignFile>;
/** What a campaign file may look like before defaults. */
export type CampaignInput = z.input<typeof CampaignFile>;
