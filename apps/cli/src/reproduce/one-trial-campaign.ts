import { candidateOf, needsCalibration, type Campaign, type Trial } from '@quantloop/core';
import { METHOD_FACTS } from '@quantloop/quantize';

/** The campaign of a trial with nothing in it but that trial and its baseline. */
export function oneTrialCampaign(campaign: Campaign, { model, target, recipe, label }: Trial): Campaign {
  const targets = campaign.targets.filter(({ id }) => id === target);
  const { calibration, ...rest } = campaign;
  const calibrated = recipe !== null && needsCalibration(recipe, METHOD_FACTS);
  return {
    ...rest,
    models: campaign.models.filter(({ id }) => id === model),
    targets,
    ...(calibrated && calibration !== undefined && { calibration }),
    candidates: recipe === null ? [] : [candidateOf({ recipe, label }, targets, METHOD_FACTS)],
    budget: { ...campaign.budget, wallClock: null },
  };
}
