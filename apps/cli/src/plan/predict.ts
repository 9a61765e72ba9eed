import { freeBytes, localFolder, storedBytes } from '@quantloop/artifacts';
import {
  predictCampaign,
  type Campaign,
  type EarlierJob,
  type Prediction,
  type SourceSize,
} from '@quantloop/core';
import { usableMemory } from '@quantloop/evaluate';
import { sourceSize } from '@quantloop/models';

export interface PredictOptions {
  campaign: Campaign;
  /** What times are predicted from. */
  jobs: readonly EarlierJob[];
  /** The store, which need not be there: its folder, or its cache on this machine, takes the artifacts. */
  storeRoot: string;
  /** The campaign is measured by workers of this machine. */
  local: boolean;
}

/** What a campaign will take, from earlier jobs, headers of its models, and this machine. Writes nothing. */
export async function predict({ campaign, jobs, storeRoot, local }: PredictOptions): Promise<Prediction> {
  const sizes: Record<string, SourceSize> = {};
  for (const { id, source } of campaign.models) {
    const size = await sourceSize(source);
    if (size !== undefined) sizes[id] = size;
  }
  const folder = localFolder(storeRoot);
  const [free, stored] = await Promise.all([freeBytes(folder), storedBytes(folder)]);
  // A server or a graphics card has memory of its own.
  const here =
    local &&
    campaign.targets.some(({ engine }) => engine.kind === 'onnxruntime' && engine.provider === 'cpu');
  return predictCampaign(campaign, {
    sizes,
    jobs,
    disk: { free: free ?? null, stored },
    ...(here && { memory: usableMemory() }),
  });
}
