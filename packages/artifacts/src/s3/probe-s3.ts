import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { processMark } from '../process-mark.ts';
import { isMissing, s3Failure } from './s3-failure.ts';
import { s3Client } from './s3-client.ts';
import type { S3Location } from './s3-location.ts';

/** Reads, writes, lists and removes in a bucket, and tells whether there is a store. */
export async function probeS3(location: S3Location): Promise<{ made: boolean; endpoint: string }> {
  const client = s3Client();
  const { bucket: Bucket, prefix, url } = location;
  const Key = `${prefix}probe/${processMark()}`;
  let doing = 'reading';
  try {
    const made = await client.send(new GetObjectCommand({ Bucket, Key: `${prefix}format.json` })).then(
      ({ Body }) => Body!.transformToByteArray().then(() => true),
      (error: unknown) => {
        if (isMissing(error)) return false;
        throw error;
      },
    );
    doing = 'writing';
    await client.send(new PutObjectCommand({ Bucket, Key, Body: '' }));
    doing = 'listing';
    await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix, MaxKeys: 1 }));
    doing = 'listing uploads';
    await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: prefix, MaxUploads: 1 }));
    doing = 'removing';
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    return { made, endpoint: await endpointOf(client) };
  } catch (error) {
    throw s3Failure(error, { doing, place: url });
  } finally {
    client.destroy();
  }
}

async function endpointOf(client: ReturnType<typeof s3Client>): Promise<string> {
  const named = process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'];
  return named ?? `AWS ${await client.config.region()}`;
}
