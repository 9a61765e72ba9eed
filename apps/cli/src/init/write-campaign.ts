import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, extname, relative, resolve } from 'node:path';
import { parseCampaignText } from '../campaign/campaign-text.ts';
import { prepareCampaign } from '../campaign/prepare-campaign.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { campaignYaml, needsTexts } from './campaign-yaml.ts';
import type { InitAnswers } from './init-answers.ts';

/** Writes a campaign file that has been checked, and never over another file. */
export async function writeCampaign(name: string, answers: InitAnswers): Promise<void> {
  if (needsTexts(answers)) {
    throw new CliError({
      message: `nothing says what ${answers.model} is to be measured on`,
      hint: 'Name a file of texts: --texts texts.jsonl.',
      exitCode: EXIT.invalid,
    });
  }
  const file = resolve(name);
  const campaign = basename(file, extname(file))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const text = campaignYaml(campaign || 'campaign', answers, { threads: availableParallelism() });
  const { dispose } = await prepareCampaign(parseCampaignText({ name, file, text }));
  await dispose();
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new CliError({
      message: `${relative('.', file)} is there already`,
      hint: 'Name another file: `quantloop init other.yaml`.',
      exitCode: EXIT.invalid,
    });
  }
}
