import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { folderObjects } from '../folder-objects.ts';
import { openJournal, type Journal } from '../journal.ts';
import type { Objects } from '../objects.ts';
import { isS3Location } from '../s3/s3-location.ts';
import { claimFolder } from '../store-format.ts';

/** What is in a store, and what else belongs to its blobs. */
export interface StorePlace {
  objects: Objects;
  journal: Journal;
  /** Lets go what is kept for blobs, named by their digits, before they are removed. */
  release(hexes: readonly string[]): Promise<void>;
  /** Drops what writers that ended before then had not finished. */
  dropUnfinished(before: Date): Promise<void>;
}

export async function openStorePlace(root: string): Promise<StorePlace> {
  if (isS3Location(root)) {
    const { openS3Remote } = await import('../s3/open-s3-remote.ts');
    const { abortUploads } = await import('../s3/abort-uploads.ts');
    const { remote, journal, place } = await openS3Remote(root);
    return {
      objects: remote.objects,
      journal,
      release: async () => {},
      dropUnfinished: (before) => abortUploads(place, before),
    };
  }
  const folder = resolve(root);
  const temporary = join(folder, 'tmp');
  const objects = folderObjects(folder, temporary);
  await claimFolder(folder, temporary, objects);
  return {
    objects,
    journal: openJournal(folder),
    // Laid-out folders are further names of the same blobs.
    release: async (hexes) => {
      for (const hex of hexes) await rm(join(folder, 'folders', hex), { recursive: true, force: true });
    },
    dropUnfinished: async () => {}, // opening a store does so
  };
}
