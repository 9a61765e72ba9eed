import { CreateMultipartUploadCommand, ListPartsCommand } from '@aws-sdk/client-s3';
import { asS3Error } from './s3-failure.ts';
import type { S3Place } from './s3-objects.ts';
import { unfinishedUploads } from './unfinished-uploads.ts';

/** A part that has arrived. */
export interface Part {
  PartNumber: number;
  ETag: string | undefined;
  ChecksumSHA256: string | undefined;
}

type Target = { Bucket: string; Key: string };

/** The upload of this key that has most, or a new one. */
export async function startOrResume(
  place: S3Place,
  target: Target,
): Promise<{ uploadId: string; parts: Map<number, Part> }> {
  const { client } = place;
  let best: { uploadId: string; parts: Map<number, Part> } | undefined;
  for await (const { Key, UploadId: uploadId } of unfinishedUploads(place, target.Key)) {
    if (Key !== target.Key) continue;
    const parts = await partsOf(client, { ...target, UploadId: uploadId });
    if (parts !== undefined && parts.size >= (best?.parts.size ?? 0)) best = { uploadId, parts };
  }
  if (best !== undefined) return best;
  const created = await client.send(
    new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: 'SHA256' }),
  );
  return { uploadId: created.UploadId!, parts: new Map() };
}

async function partsOf(
  client: S3Place['client'],
  upload: Target & { UploadId: string },
): Promise<Map<number, Part> | undefined> {
  const parts = new Map<number, Part>();
  try {
    // The SDK's own paginator goes by the marker, which services also send with the last page.
    for (let PartNumberMarker: string | undefined, more = true; more;) {
      const page = await client.send(new ListPartsCommand({ ...upload, PartNumberMarker }));
      for (const { PartNumber, ETag, ChecksumSHA256 } of page.Parts ?? [])
        parts.set(PartNumber!, { PartNumber: PartNumber!, ETag, ChecksumSHA256 });
      more = page.IsTruncated === true;
      PartNumberMarker = page.NextPartNumberMarker;
    }
  } catch (error) {
    if (asS3Error(error).name === 'NoSuchUpload') return undefined;
    throw error;
  }
  return parts;
}
