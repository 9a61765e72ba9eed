import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { hash } from 'node:crypto';
import type { Objects, StoredObject } from '../objects.ts';
import { patiently } from './patiently.ts';
import { isChecksumMismatch, isMissing, isPrecondition } from './s3-failure.ts';
import type { S3Location } from './s3-location.ts';

/** A bucket and how to talk to it. */
export interface S3Place {
  client: S3Client;
  location: S3Location;
}

/** What is known of an object without its content. */
export interface S3Facts {
  size: number;
  etag: string;
  /** Base64, of all of its bytes; a multipart object has none. */
  sha256: string | undefined;
}

/** Keys that one request may remove. */
const REMOVED_AT_ONCE = 1000;

/** What comes out of a transfer with another checksum is asked for once more before the object counts as none. */
const TRANSFERS = 2;
const DAMAGED = Symbol('damaged');

/** Objects as those of a bucket below a prefix. What is written and read is compared with its SHA-256. */
export function s3Objects({ client, location }: S3Place): Objects {
  const { bucket: Bucket, prefix, url } = location;
  const attempt = (doing: string, name: string) => ({ doing, place: `${url}/${name}` });
  const list = async (folder: string): Promise<StoredObject[]> =>
    patiently(attempt('listing', folder), async () => {
      const objects: StoredObject[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2(
        { client },
        { Bucket, Prefix: `${prefix}${folder}/` },
      )) {
        for (const { Key = '', Size = 0, LastModified = new Date(0) } of Contents)
          objects.push({ name: Key.slice(prefix.length), size: Size, modified: LastModified });
      }
      return objects;
    });
  const remove = async (names: readonly string[]): Promise<void> => {
    for (let from = 0; from < names.length; from += REMOVED_AT_ONCE) {
      const some = names.slice(from, from + REMOVED_AT_ONCE);
      await patiently(attempt('removing', some[0]!), async () => {
        const Objects = some.map((name) => ({ Key: prefix + name }));
        const { Errors = [] } = await client.send(
          new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
        );
        const [first] = Errors;
        if (first !== undefined)
          throw Object.assign(new Error(first.Message), { name: first.Code ?? 'unknown' });
      });
    }
  };
  return {
    list,
    remove,
    clear: async (folder) => remove((await list(folder)).map(({ name }) => name)),
    discard: (name) => remove([name]),
    async read(name) {
      for (let transfer = 1; transfer <= TRANSFERS; transfer++) {
        const bytes = await patiently(attempt('reading', name), () =>
          readChecked(client, Bucket, prefix + name),
        );
        if (bytes !== DAMAGED) return bytes;
      }
      return undefined;
    },
    write: (name, bytes, { keepExisting = false } = {}) =>
      patiently(attempt('writing', name), async () => {
        const sum = { ChecksumSHA256: hash('sha256', bytes, 'base64') };
        const only = keepExisting ? { IfNoneMatch: '*' } : {};
        try {
          await client.send(
            new PutObjectCommand({ Bucket, Key: prefix + name, Body: bytes, ...sum, ...only }),
          );
          return true;
        } catch (error) {
          if (keepExisting && isPrecondition(error)) return false;
          throw error;
        }
      }),
  };
}

async function readChecked(
  client: S3Client,
  Bucket: string,
  Key: string,
): Promise<Uint8Array | typeof DAMAGED | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    return await Body!.transformToByteArray();
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (isChecksumMismatch(error)) return DAMAGED;
    throw error;
  }
}

/** Size and checksum of an object, undefined when there is none. */
export async function s3Facts({ client, location }: S3Place, name: string): Promise<S3Facts | undefined> {
  const { bucket: Bucket, prefix, url } = location;
  return patiently({ doing: 'looking for an object', place: `${url}/${name}` }, async () => {
    try {
      const { ContentLength, ETag, ChecksumSHA256 } = await client.send(
        new HeadObjectCommand({ Bucket, Key: prefix + name, ChecksumMode: 'ENABLED' }),
      );
      const whole = ChecksumSHA256 !== undefined && !ChecksumSHA256.includes('-');
      return { size: ContentLength ?? 0, etag: ETag ?? '', sha256: whole ? ChecksumSHA256 : undefined };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  });
}

/** Removes an object if it still is the one that was looked at. */
export async function removeIfSame({ client, location }: S3Place, name: string, etag: string): Promise<void> {
  const { bucket: Bucket, prefix, url } = location;
  await patiently({ doing: 'removing', place: `${url}/${name}` }, async () => {
    try {
      await client.send(new DeleteObjectCommand({ Bucket, Key: prefix + name, IfMatch: etag }));
    } catch (error) {
      if (!isMissing(error) && !isPrecondition(error)) throw error;
    }
  });
}
