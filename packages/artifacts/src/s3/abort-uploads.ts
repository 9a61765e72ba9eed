import { AbortMultipartUploadCommand } from '@aws-sdk/client-s3';
import { patiently } from './patiently.ts';
import type { S3Place } from './s3-objects.ts';
import { unfinishedUploads } from './unfinished-uploads.ts';

/** Gives up the uploads that began before then and were never finished: their parts are invisible, but paid for. */
export async function abortUploads(place: S3Place, before: Date): Promise<void> {
  const { bucket: Bucket, prefix, url } = place.location;
  await patiently({ doing: 'giving up uploads', place: url }, async () => {
    for await (const { Key, UploadId, Initiated } of unfinishedUploads(place, prefix)) {
      if (Initiated === undefined || Initiated >= before) continue;
      await place.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    }
  });
}
