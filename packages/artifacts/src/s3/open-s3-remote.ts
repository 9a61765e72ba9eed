import { join } from 'node:path';
import { Blobs } from '../blobs.ts';
import { CacheSpace } from '../cache/cache-space.ts';
import type { Remote } from '../cache/remote.ts';
import type { Journal } from '../journal.ts';
import { claimStore } from '../store-format.ts';
import { cacheFolderOf, cacheLimit } from '../cache/cache-place.ts';
import { clearDownloads } from './download-file.ts';
import { objectJournal } from './object-journal.ts';
import { s3Client } from './s3-client.ts';
import type { S3Place } from './s3-objects.ts';
import { parseS3Location } from './s3-location.ts';
import { s3Remote } from './s3-remote.ts';

export interface OpenedS3 {
  place: S3Place;
  remote: Remote;
  journal: Journal;
  cacheFolder: string;
}

/** One per place and process: they share connections, and what is being fetched. */
const opened = new Map<string, Promise<OpenedS3>>();

/** Opens the store of a bucket, making it where there is none. */
export function openS3Remote(root: string): Promise<OpenedS3> {
  const location = parseS3Location(root);
  const cacheFolder = cacheFolderOf(location.url);
  const identity = `${location.url}\n${cacheFolder}`;
  const known = opened.get(identity);
  if (known !== undefined) return known;
  const opening = open({ client: s3Client(), location }, cacheFolder);
  opened.set(identity, opening);
  // A store that could not be opened may be there the next time.
  opening.catch(() => opened.delete(identity));
  return opening;
}

async function open(place: S3Place, cacheFolder: string): Promise<OpenedS3> {
  const space = new CacheSpace({ root: cacheFolder, limit: cacheLimit() });
  const local = new Blobs(cacheFolder, join(cacheFolder, 'tmp'));
  const remote = s3Remote({ place, local, space, cacheFolder });
  await clearDownloads(join(cacheFolder, 'downloads'));
  const inhabited = async () => (await remote.objects.list('blobs')).length > 0;
  await claimStore({ place: place.location.url, objects: remote.objects, inhabited });
  return { place, remote, journal: objectJournal(remote.objects), cacheFolder };
}
