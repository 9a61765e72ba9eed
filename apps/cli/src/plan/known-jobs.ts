import { CAMPAIGN_QUERY, type Campaign, type EarlierJob } from '@quantloop/core';
import type { FoundCampaign } from '../run/find-campaign.ts';
import { earlierJobs } from './earlier-jobs.ts';

/** How long such jobs took before a campaign; read once for each, since what it does itself it tells. */
export function knownJobs(storeRoot: string): (campaign: FoundCampaign) => Promise<readonly EarlierJob[]> {
  const known = new Map<string, Promise<readonly EarlierJob[]>>();
  return ({ handle, name, run }) => {
    const key = `${name}/${run}`;
    const jobs =
      known.get(key) ??
      handle.query<Campaign>(CAMPAIGN_QUERY).then((campaign) => earlierJobs(storeRoot, campaign));
    known.set(key, jobs);
    // Without a control worker, or a store that can be read, nothing is known yet.
    return jobs.catch(() => {
      known.delete(key);
      return [];
    });
  };
}
