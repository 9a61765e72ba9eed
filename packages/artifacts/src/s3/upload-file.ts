import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import pMap from 'p-map';
import { isPrecondition, asS3Error } from './s3-failure.ts';
import { patiently, type S3Attempt } from './patiently.ts';
import { s3Facts, type S3Place } from './s3-objects.ts';
import { startOrResume, type Part } from './start-or-resume.ts';

/** Larger files go up in parts of at least this size. */
const PART = 8 << 20;
/** S3's own limit. */
const MOST_PARTS = 10_000;
/** Parts under way at once; each is held in memory. */
const AT_ONCE = 4;
/** Somebody else may finish, or abort, the upload that this one goes on with. */
const TRIES = 5;

/**
 * Stores a file under a name that is made from its content. Nobody sees it before it is whole, and the service compares
 * every part with its SHA-256. Parts that an upload of the same name before left behind are not sent again: the name
 * vouches for the content, so whoever goes on with it, alone or beside others, sends the same parts.
 */
export async function uploadFile(place: S3Place, name: string, path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size <= PART) return await putWhole(place, name, await readPart(file, 0, size));
    for (let tries = 1; ; tries++) {
      if (await uploadParts(place, name, { file, size })) return;
      if ((await s3Facts(place, name))?.size === size) return;
      if (tries === TRIES) throw new Error(`${name} was aborted by somebody else ${TRIES} times`);
    }
  } finally {
    await file.close();
  }
}

async function putWhole({ client, location }: S3Place, name: string, bytes: Uint8Array): Promise<void> {
  const { bucket: Bucket, prefix, url } = location;
  const ChecksumSHA256 = hash('sha256', bytes, 'base64');
  const command = { Bucket, Key: prefix + name, Body: bytes, ChecksumSHA256, IfNoneMatch: '*' };
  await patiently({ doing: 'storing', place: `${url}/${name}` }, () =>
    client.send(new PutObjectCommand(command)).catch((error: unknown) => {
      if (!isPrecondition(error)) throw error;
    }),
  );
}

/** False: the upload has gone meanwhile, finished by another or aborted. */
async function uploadParts(
  place: S3Place,
  name: string,
  { file, size }: { file: FileHandle; size: number },
): Promise<boolean> {
  const { client, location } = place;
  const target = { Bucket: location.bucket, Key: location.prefix + name };
  const attempt = { doing: 'storing', place: `${location.url}/${name}` };
  const partSize = partSizeFor(size);
  const { uploadId, parts: before } = await patiently(attempt, () => startOrResume(place, target));
  const upload = { ...target, UploadId: uploadId };
  const numbers = Array.from({ length: Math.ceil(size / partSize) }, (_, index) => index + 1);
  try {
    const Parts = await pMap(
      numbers,
      async (PartNumber): Promise<Part> => {
        const bytes = await readPart(file, (PartNumber - 1) * partSize, partSize);
        const ChecksumSHA256 = hash('sha256', bytes, 'base64');
        const known = before.get(PartNumber);
        if (known?.ChecksumSHA256 === ChecksumSHA256) return known;
        const command = new UploadPartCommand({ ...upload, PartNumber, Body: bytes, ChecksumSHA256 });
        const { ETag } = await sendFor(attempt, () => client.send(command));
        return { PartNumber, ETag, ChecksumSHA256 };
      },
      { concurrency: AT_ONCE },
    );
    const finish = { ...upload, IfNoneMatch: '*', MultipartUpload: { Parts } };
    await sendFor(attempt, () => client.send(new CompleteMultipartUploadCommand(finish)));
    return true;
  } catch (error) {
    if (!(error instanceof UploadGone)) throw error;
    // Where the object was there already, parts would be kept and paid for.
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
    return false;
  }
}

class UploadGone extends Error {}

/** Sends what belongs to an upload. Throws `UploadGone` where there is nothing left to go on with. */
async function sendFor<T extends object>(attempt: S3Attempt, send: () => Promise<T>): Promise<T> {
  const answer = await patiently(attempt, () =>
    send().catch((error: unknown) => {
      if (asS3Error(error).name === 'NoSuchUpload' || isPrecondition(error)) return undefined;
      throw error;
    }),
  );
  if (answer === undefined) throw new UploadGone();
  return answer;
}

/** The same for the same size, or parts would not fit those before. */
function partSizeFor(size: number): number {
  const least = Math.ceil(size / MOST_PARTS);
  return Math.max(PART, Math.ceil(least / (1 << 20)) * (1 << 20));
}

async function readPart(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
