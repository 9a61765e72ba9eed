import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { z } from 'zod';
import { writeAtomic } from './atomic-file.ts';
import { storeAttempt, systemCode } from './store-failure.ts';

/** Raised when the layout on disk changes; older and newer folders are refused, never converted in passing. */
const FORMAT = 1;
const FormatFile = z.object({ format: z.int() });

/** Creates the folder with its format mark, or checks the mark that is there. */
export async function claimFolder(root: string, temporary: string): Promise<void> {
  await storeAttempt({ doing: 'opening the store', place: root }, async () => {
    await mkdir(temporary, { recursive: true });
    const path = join(root, 'format.json');
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
    });
    if (text === undefined) {
      // The mark is written before anything else, so content without a mark is somebody else's.
      if (await exists(join(root, 'blobs'))) throw otherFormat(root, 'it has no format.json');
      const bytes = Buffer.from(`${JSON.stringify({ format: FORMAT })}\n`);
      await writeAtomic({ temporary, path, bytes, keepExisting: true });
      return claimed(root, await readFile(path, 'utf8'));
    }
    claimed(root, text);
  });
}

function claimed(root: string, text: string): void {
  let format: number | undefined;
  try {
    format = FormatFile.parse(JSON.parse(text)).format;
  } catch {
    throw otherFormat(root, 'its format.json cannot be read');
  }
  if (format !== FORMAT) throw otherFormat(root, `it has format ${format}`);
}

function otherFormat(root: string, reason: string): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message: `The store ${root} belongs to another version of quantloop: ${reason}, this version writes format ${FORMAT}.`,
    hint: 'Choose another store folder, or move this one away; everything in it can be computed again.',
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
