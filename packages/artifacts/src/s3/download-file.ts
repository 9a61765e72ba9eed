import { GetObjectCommand } from '@aws-sdk/client-s3';
import {
  appendFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import { isLeftover, processMark } from '../process-mark.ts';
import { storeAttempt, systemCode } from '../store-failure.ts';
import { patiently } from './patiently.ts';
import type { S3Facts, S3Place } from './s3-objects.ts';

const PART = 8 << 20;
/** Ranges under way at once; each is held in memory. */
const AT_ONCE = 4;
const ABANDONED_MS = 24 * 3600 * 1000;

export interface DownloadOptions {
  /** Of the object. */
  name: string;
  facts: S3Facts;
  /** Where unfinished downloads lie. */
  folder: string;
  /** Tells the download from others. */
  hex: string;
}

/**
 * Brings an object into a file, range by range, and returns its path; its content has still to be compared with the
 * digest. What a process that was killed has brought in of the same object is taken over.
 */
export async function downloadFile(place: S3Place, options: DownloadOptions): Promise<string> {
  const { name, facts, folder, hex } = options;
  const url = `${place.location.url}/${name}`;
  const path = join(folder, `${processMark()}.${hex}`);
  return storeAttempt({ doing: 'fetching', place: path, bytes: facts.size }, async () => {
    await mkdir(folder, { recursive: true });
    await takeOver(folder, hex, path);
    const done = await finishedParts(path, facts);
    const file = await openOrMake(path);
    try {
      const missing = Array.from({ length: Math.ceil(facts.size / PART) }, (_, index) => index).filter(
        (index) => !done.has(index),
      );
      await pMap(
        missing,
        async (index) => {
          await patiently({ doing: 'fetching', place: url }, () =>
            fetchPart(place, { name, facts, file, from: index * PART }),
          );
          await appendFile(notesOf(path), `${index}\n`);
        },
        { concurrency: AT_ONCE },
      );
      await file.truncate(facts.size);
      await file.sync();
    } finally {
      await file.close();
    }
    return path;
  });
}

/** Forgets what processes that have died left behind, and nobody has gone on with for a day. */
export async function clearDownloads(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const path of names.filter(isLeftover).map((name) => join(folder, name))) {
    const facts = await stat(path).catch(() => undefined);
    if (facts !== undefined && Date.now() - facts.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
  }
}

/** Forgets a download: it was moved to its place, or its content is wrong. */
export async function forgetDownload(path: string): Promise<void> {
  for (const each of [path, notesOf(path)]) await rm(each, { force: true });
}

async function fetchPart(
  { client, location }: S3Place,
  part: { name: string; facts: S3Facts; file: FileHandle; from: number },
): Promise<void> {
  const { name, facts, file, from } = part;
  const to = Math.min(from + PART, facts.size) - 1;
  const { Body } = await client.send(
    new GetObjectCommand({
      Bucket: location.bucket,
      Key: location.prefix + name,
      Range: `bytes=${from}-${to}`,
      IfMatch: facts.etag,
    }),
  );
  const bytes = await Body!.transformToByteArray();
  if (bytes.length !== to - from + 1)
    throw new Error(`${bytes.length} bytes came instead of ${to - from + 1}`);
  await file.write(bytes, 0, bytes.length, from);
}

/** Which ranges of this very object are in the file already. */
async function finishedParts(path: string, { size, etag }: S3Facts): Promise<Set<number>> {
  const heading = JSON.stringify({ size, etag, PART });
  const text = await readFile(notesOf(path), 'utf8').catch(() => '');
  const [first, ...lines] = text.split('\n');
  // The last line may be torn, and counts only with its end.
  if (first === heading) return new Set(lines.slice(0, -1).map(Number));
  await forgetDownload(path);
  await writeFile(notesOf(path), `${heading}\n`);
  return new Set();
}

/** The unfinished download of a process that has died becomes this one's; where it is another's first, nothing happens. */
async function takeOver(folder: string, hex: string, path: string): Promise<void> {
  const left = (await readdir(folder)).filter((each) => each.endsWith(`.${hex}`) && isLeftover(each));
  for (const each of left) {
    const found = join(folder, each);
    try {
      await rename(found, path);
      await rename(notesOf(found), notesOf(path));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
}

const notesOf = (path: string) => `${path}.parts`;

async function openOrMake(path: string): Promise<FileHandle> {
  return open(path, 'r+').catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
    return open(path, 'w+');
  });
}
