import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import type { S3Place } from './s3-objects.ts';

export interface UnfinishedUpload {
  Key: string;
  UploadId: string;
  Initiated: Date | undefined;
}

/** The multipart uploads of all keys that start so, neither finished nor given up. */
export async function* unfinishedUploads(
  { client, location }: S3Place,
  Prefix: string,
): AsyncGenerator<UnfinishedUpload> {
  let from: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await client.send(
      new ListMultipartUploadsCommand({ Bucket: location.bucket, Prefix, ...from }),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key !== undefined && UploadId !== undefined) yield { Key, UploadId, Initiated };
    }
    if (page.IsTruncated !== true) return;
    from = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}
