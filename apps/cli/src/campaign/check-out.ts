import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checkOutFolder } from '@quantloop/report';
import type { PreparedCampaign } from './prepare-campaign.ts';

/** Any of these makes a folder one of a run. */
const RUN_FILES = ['campaign.json', 'decision.json', 'trials.json'];

/**
 * Refuses, before anything runs, a folder whose runs of this campaign another version wrote: they would stand side by
 * side with ours and could be neither listed nor compared. Other files there are nobody's business.
 */
export async function checkOut(options: { out: string; prepared: PreparedCampaign }): Promise<void> {
  const { out, prepared } = options;
  try {
    const folder = resolve(out, prepared.campaign.campaign);
    const names = await namesIn(folder);
    if (names === 'a file' || holdsRun(names)) await checkOutFolder(folder);
    for (const name of names === 'a file' ? [] : names) {
      const inside = await namesIn(join(folder, name));
      if (inside !== 'a file' && holdsRun(inside)) await checkOutFolder(join(folder, name));
    }
  } catch (error) {
    await prepared.dispose();
    throw error;
  }
}

const holdsRun = (names: readonly string[]) => RUN_FILES.some((name) => names.includes(name));

async function namesIn(folder: string): Promise<string[] | 'a file'> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') return 'a file';
    throw error;
  });
}
