import type { Trial } from '../../board/trial.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import { namedFronts } from '../../decide/front-axes.ts';
import { compareOn, type Rival } from '../../decide/surely-better.ts';

/** Whether a trial may lie on a front that the campaign shows: no rival is better for certain on every axis of it. */
export function mayLieOnFront(campaign: Campaign, trial: Trial, rivals: readonly Rival[]): boolean {
  return (namedFronts(campaign) ?? []).some(
    (axes) => !rivals.some(({ trial: rival }) => axes.every((axis) => isBehind(axis, rival))),
  );

  function isBehind(axis: string, rival: Rival['trial']): boolean {
    const smallest = rival.metrics[axis]?.higherIsBetter === false;
    return compareOn(axis, smallest, { campaign, rival, trial }) === 'better';
  }
}
