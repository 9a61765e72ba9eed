import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assembleStore } from './assemble-store.ts';
import { Blobs } from './blobs.ts';
import { CachedBlobs } from './cache/cached-blobs.ts';
import { CachePins } from './cache/cache-pins.ts';
import type { Remote } from './cache/remote.ts';
import { folderObjects } from './folder-objects.ts';
import { openJournal } from './journal.ts';
import { isLeftover } from './process-mark.ts';
import { isS3Location } from './s3/s3-location.ts';
import { claimFolder } from './store-format.ts';
import { storeAttempt } from './store-failure.ts';
import type { Store } from './store.ts';

export interface OpenStoreOptions {
  /** A folder, or `s3://bucket/prefix`. */
  root: string;
  /** The shared place that the folder is a cache of. @default none: the folder is the store */
  remote?: Remote;
}

/**
 * Opens the store in a folder or on S3, creating it when it is not there, and clears away what crashed processes left
 * behind. Throws `invalid-spec` for the store of another version, `store-unavailable`, `store-refused` or `disk-full`
 * when it cannot be used.
 */
export async function openStore({ root, remote }: OpenStoreOptions): Promise<Store> {
  if (isS3Location(root)) {
    const { openS3Remote } = await import('./s3/open-s3-remote.ts');
    const { cacheFolder, remote: bucket, journal } = await openS3Remote(root);
    return openFolder(cacheFolder, { remote: bucket, journal });
  }
  return openFolder(resolve(root), remote && { remote });
}

async function openFolder(
  root: string,
  shared?: { remote: Remote; journal?: Store['journal'] },
): Promise<Store> {
  const temporary = join(root, 'tmp');
  const objects = folderObjects(root, temporary);
  await claimFolder(root, temporary, objects);
  await removeLeftovers(temporary);
  const local = new Blobs(root, temporary);
  const journal = shared?.journal ?? openJournal(root);
  if (shared === undefined) {
    return assembleStore({ root, temporary, blobs: local, objects, journal, remote: undefined });
  }
  const { remote } = shared;
  const pins = new CachePins(root);
  return assembleStore({
    root,
    temporary,
    blobs: new CachedBlobs({ local, remote, pins }),
    objects: remote.objects,
    journal,
    remote,
    onClose: () => pins.release(),
  });
}

async function removeLeftovers(temporary: string): Promise<void> {
  await storeAttempt({ doing: 'clearing leftovers', place: temporary }, async () => {
    const leftovers = (await readdir(temporary)).filter(isLeftover);
    await Promise.all(leftovers.map((name) => rm(join(temporary, name), { recursive: true, force: true })));
  });
}
