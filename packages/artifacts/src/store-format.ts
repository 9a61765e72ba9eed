import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { z } from 'zod';
import type { Objects } from './objects.ts';
import { storeAttempt, systemCode } from './store-failure.ts';

/** Raised when the layout changes; older and newer stores are refused, never converted in passing. */
const FORMAT = 1;
const FORMAT_NAME = 'format.json';
const FormatFile = z.object({ format: z.int() });

/** Makes the folder of a store where there is none. */
export async function claimFolder(root: string, temporary: string, objects: Objects): Promise<void> {
  await storeAttempt({ doing: 'opening the store', place: root }, () =>
    mkdir(temporary, { recursive: true }),
  );
  await claimStore({ place: root, objects, inhabited: () => exists(join(root, 'blobs')) });
}

export interface ClaimOptions {
  /** For messages. */
  place: string;
  objects: Objects;
  /** Whether there is content. */
  inhabited: () => Promise<boolean>;
}

/** Leaves a mark of the format, or checks the one that is there. */
export async function claimStore({ place, objects, inhabited }: ClaimOptions): Promise<void> {
  const there = await objects.read(FORMAT_NAME);
  if (there !== undefined) return claimed(place, there);
  // The mark is written before anything else, so content without a mark is somebody else's.
  if (await inhabited()) throw otherFormat(place, `it has no ${FORMAT_NAME}`);
  const bytes = Buffer.from(`${JSON.stringify({ format: FORMAT })}\n`);
  await objects.write(FORMAT_NAME, bytes, { keepExisting: true });
  claimed(place, (await objects.read(FORMAT_NAME)) ?? bytes);
}

/** Whether somebody has made a store there. */
export async function isClaimed(objects: Objects): Promise<boolean> {
  return (await objects.read(FORMAT_NAME)) !== undefined;
}

function claimed(place: string, bytes: Uint8Array): void {
  let format: number | undefined;
  try {
    format = FormatFile.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).format;
  } catch {
    throw otherFormat(place, 'its format.json cannot be read');
  }
  if (format !== FORMAT) throw otherFormat(place, `it has format ${format}`);
}

function otherFormat(place: string, reason: string): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message: `The store ${place} belongs to another version of quantloop: ${reason}, this version writes format ${FORMAT}.`,
    hint: 'Choose another store folder or prefix, or move this one away; everything in it can be computed again.',
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (systemCode(error) === 'ENOENT') return false;
      throw error;
    },
  );
}
