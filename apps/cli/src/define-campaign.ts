import type { CampaignInput } from '@quantloop/core';

/**
 * A campaign written in TypeScript: the types help while writing, the check happens when it is run.
 *
 * @example export default defineCampaign({ campaign: 'support-bot', models: [{ id: 'tiny', source: 'builtin:demo' }], … })
 */
export function defineCampaign(campaign: CampaignInput): CampaignInput {
  return campaign;
}
