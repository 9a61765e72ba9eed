import { dirname, resolve } from 'node:path';
import type { Store } from '@quantloop/artifacts';
import { QuantloopError, type CampaignFile, type Scenario, type SpecIssue } from '@quantloop/core';
import { storeTexts } from './store-texts.ts';

/** The scenarios of a campaign, files of prompts turned into artifacts; one whose file is wrong becomes an issue. */
export async function resolveScenarios(options: {
  file: CampaignFile;
  campaignFile: string;
  store: Store;
}): Promise<{ scenarios: Scenario[]; issues: SpecIssue[] }> {
  const { file, campaignFile, store } = options;
  const scenarios: Scenario[] = [];
  const issues: SpecIssue[] = [];
  for (const [index, { prompts, ...scenario }] of file.evaluation.performance.entries()) {
    try {
      scenarios.push({
        ...scenario,
        ...(prompts !== undefined && {
          prompts: await storeTexts(
            { ...prompts, file: resolve(dirname(campaignFile), prompts.file) },
            store,
          ),
        }),
      });
    } catch (error) {
      if (!(error instanceof QuantloopError)) throw error;
      // Its metrics are known; their names are not to be called unknown as well.
      scenarios.push(scenario);
      const { message, hint } = error;
      const path = ['evaluation', 'performance', index, 'prompts'];
      issues.push({ path, message, ...(hint === undefined ? {} : { hint }) });
    }
  }
  return { scenarios, issues };
}
