import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { blobName, missingBlob, type Blobs } from '../blobs.ts';
import type { CacheSpace } from '../cache/cache-space.ts';
import type { Remote } from '../cache/remote.ts';
import { digestOfFile } from '../digest.ts';
import { downloadFile, forgetDownload } from './download-file.ts';
import { removeIfSame, s3Facts, s3Objects, type S3Place } from './s3-objects.ts';
import { uploadFile } from './upload-file.ts';

/** A transfer that came out wrong is made once more before the object itself is blamed. */
const TRANSFERS = 2;

export interface S3RemoteOptions {
  place: S3Place;
  /** Of the cache. */
  local: Blobs;
  space: CacheSpace;
  cacheFolder: string;
}

/** Blobs of a bucket, brought to a local folder and back. Of several who want one blob at once, one fetches it. */
export function s3Remote({ place, local, space, cacheFolder }: S3RemoteOptions): Remote {
  const url = place.location.url;
  const folder = join(cacheFolder, 'downloads');
  const underway = new Map<string, Promise<void>>();

  const fetchOnce = async (digest: string) => {
    const name = blobName(digest);
    for (let transfer = 1; ; transfer++) {
      const facts = await s3Facts(place, name);
      if (facts === undefined) throw missingBlob(digest, `${url}/${name}`);
      await space.makeRoom(facts.size);
      const file = await downloadFile(place, { name, facts, folder, hex: digest.slice('sha256:'.length) });
      if ((await digestOfFile(file)) === digest) {
        await local.adopt(file, digest);
        return forgetDownload(file);
      }
      await forgetDownload(file);
      if (transfer < TRANSFERS) continue;
      // Gone, so that storing the same content again heals it; unless somebody has just done so.
      await removeIfSame(place, name, facts.etag);
      throw corruptObject(digest, `${url}/${name}`);
    }
  };

  return {
    location: url,
    objects: s3Objects(place),
    async has(digest, size) {
      const facts = await s3Facts(place, blobName(digest));
      if (facts === undefined || (size !== undefined && facts.size !== size)) return false;
      return facts.sha256 === undefined || facts.sha256 === base64Of(digest);
    },
    fetch(digest) {
      const known = underway.get(digest);
      if (known !== undefined) return known;
      const fetching = fetchOnce(digest).finally(() => underway.delete(digest));
      underway.set(digest, fetching);
      return fetching;
    },
    async push(digest) {
      const path = local.path(digest);
      const { size } = await stat(path);
      const name = blobName(digest);
      const facts = await s3Facts(place, name);
      if (facts?.size !== size) {
        // One of another size is damaged.
        if (facts !== undefined) await removeIfSame(place, name, facts.etag);
        await uploadFile(place, name, path);
      }
      await space.makeRoom(size);
    },
  };
}

function base64Of(digest: string): string {
  return Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64');
}

function corruptObject(digest: string, place: string): QuantloopError {
  return new QuantloopError({
    code: 'artifact-corrupt',
    message: `Artifact ${digest} is damaged: the content differs from the digest. It was removed from ${place}.`,
    hint: 'Run the stage that makes it again, and check the store if this repeats.',
  });
}
