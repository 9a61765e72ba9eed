import { cannotFit } from '@quantloop/core';
import { CliError, EXIT } from '../cli-error.ts';
import type { PreparedCampaign } from '../campaign/prepare-campaign.ts';
import { predict, type PredictOptions } from './predict.ts';

/** Refuses, before anything runs, a campaign that certainly cannot be carried out here. */
export async function refuseMisfit(
  prepared: PreparedCampaign,
  place: Omit<PredictOptions, 'campaign' | 'jobs'>,
): Promise<void> {
  const misfits = cannotFit(await predict({ campaign: prepared.campaign, jobs: [], ...place }));
  if (misfits.length === 0) return;
  await prepared.dispose();
  throw new CliError({
    exitCode: EXIT.invalid,
    message: misfits.map(({ message }) => message).join('\n'),
    hint: misfits.map(({ hint }) => hint).join(' '),
  });
}
