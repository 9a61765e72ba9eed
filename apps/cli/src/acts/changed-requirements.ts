import { digestOfJson } from '@quantloop/artifacts';
import type { Campaign, Requirement } from '@quantloop/core';
import { readCampaignText } from '../campaign/campaign-text.ts';
import { prepareCampaign } from '../campaign/prepare-campaign.ts';
import { CliError, EXIT } from '../cli-error.ts';

/** The requirements of a campaign file that otherwise is the file of the running campaign. */
export async function changedRequirements(file: string, running: Campaign): Promise<Requirement> {
  const { campaign, dispose } = await prepareCampaign(await readCampaignText(file));
  await dispose();
  const keys = Object.keys({ ...running, ...campaign }) as (keyof Campaign)[];
  const changed = keys.filter((key) => key !== 'requirements' && !same(campaign[key], running[key]));
  if (changed.length === 0) return campaign.requirements;
  throw new CliError({
    message: `${file}: more than the requirements differs from the running campaign: ${changed.join(', ')}`,
    hint: 'Change the requirements alone; recipes and budget have commands of their own: add-recipe, extend.',
    exitCode: EXIT.invalid,
    details: { changed },
  });
}

const same = (a: unknown, b: unknown) => digestOfJson(a ?? null) === digestOfJson(b ?? null);
