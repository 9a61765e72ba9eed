import type { Trial } from '../board/trial.ts';
import type { Calibration } from '../campaign/calibration.ts';
import type { Campaign, Candidate } from '../campaign/campaign.ts';
import type { Target } from '../campaign/target.ts';

/** A trial to run, with the target it runs on. */
export interface PlannedTrial {
  trial: Pick<Trial, 'id' | 'model' | 'target' | 'recipe' | 'label' | 'round' | 'planned' | 'simulated'>;
  target: Target;
  /** Present when its recipe is calibrated. */
  calibration?: Calibration;
  /** Its recipe needs statistics. */
  statistics?: true;
}

/** The label of the unquantized model on the target's own engine: a row of its own. */
export const BASELINE = 'baseline';

/** A candidate as a trial of a model on a target. */
export function plannedTrial(
  { calibration }: Pick<Campaign, 'calibration'>,
  { recipe, label, simulatedOn, calibrated, statistics }: Candidate,
  { model, target, round, planned }: { model: string; target: Target; round: number; planned?: string },
): PlannedTrial {
  return {
    trial: {
      id: trialId(model, target.id, label),
      model,
      target: target.id,
      recipe,
      label,
      round,
      ...(planned !== undefined && { planned }),
      simulated: simulatedOn.includes(target.id),
    },
    target,
    ...(calibrated &&
      calibration !== undefined && { calibration: { ...calibration, ...recipe.calibration } }),
    ...(statistics && { statistics }),
  };
}

const trialId = (model: string, target: string, label: string) => `${model}.${target}.${label}`;

/** Round one: for each model and target the baseline (round 0) and every recipe of the grid. */
export function planRound(campaign: Campaign): PlannedTrial[] {
  return campaign.models.flatMap(({ id: model }) =>
    campaign.targets.flatMap((target) => {
      const id = trialId(model, target.id, BASELINE);
      const place = { model, target: target.id, label: BASELINE };
      return [
        { trial: { id, ...place, recipe: null, round: 0, simulated: false }, target },
        ...campaign.candidates.map((candidate) =>
          plannedTrial(campaign, candidate, { model, target, round: 1 }),
        ),
      ];
    }),
  );
}
