import type { Trial } from '../board/trial.ts';
import type { Calibration } from '../campaign/calibration.ts';
import type { Campaign } from '../campaign/campaign.ts';
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

/** Round one: for each model and target the baseline (round 0) and every recipe of the grid. */
export function planRound(campaign: Campaign): PlannedTrial[] {
  return campaign.models.flatMap((model) =>
    campaign.targets.flatMap((target) => {
      const place = { model: model.id, target: target.id };
      const id = (label: string) => `${model.id}.${target.id}.${label}`;
      return [
        {
          trial: { ...place, id: id(BASELINE), label: BASELINE, recipe: null, round: 0, simulated: false },
          target,
        },
        ...campaign.candidates.map(({ recipe, label, simulatedOn, calibrated, statistics }) => ({
          trial: {
            ...place,
            id: id(label),
            label,
            recipe,
            round: 1,
            simulated: simulatedOn.includes(target.id),
          },
          target,
          ...(calibrated && campaign.calibration !== undefined && { calibration: campaign.calibration }),
          ...(statistics && { statistics }),
        })),
      ];
    }),
  );
}
