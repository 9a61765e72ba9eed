import { join, resolve } from 'node:path';
import { cacheFolderOf } from './cache/cache-place.ts';
import { folderObjects } from './folder-objects.ts';
import { isS3Location, parseS3Location } from './s3/s3-location.ts';
import { isClaimed } from './store-format.ts';

/** Where a store's artifacts lie on this machine: its own folder, or the cache of one on S3. */
export function localFolder(root: string): string {
  return isS3Location(root) ? cacheFolderOf(parseS3Location(root).url) : resolve(root);
}

/** Whether somebody has made a store there. Makes none. */
export async function storeExists(root: string): Promise<boolean> {
  if (!isS3Location(root)) return isClaimed(folderObjects(resolve(root), join(resolve(root), 'tmp')));
  const { s3Client } = await import('./s3/s3-client.ts');
  const { s3Objects } = await import('./s3/s3-objects.ts');
  return isClaimed(s3Objects({ client: s3Client(), location: parseS3Location(root) }));
}
