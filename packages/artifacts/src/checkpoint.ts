import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { writeAtomic } from './atomic-file.ts';
import { digestOfBytes } from './digest.ts';
import { keyFileName } from './result-cache.ts';
import { storeAttempt, systemCode } from './store-failure.ts';

/** Finished blocks of one unfinished job. A block that is half written or damaged reads as absent. */
export interface Checkpoint {
  names(): Promise<string[]>;
  read(name: string): Promise<Uint8Array | undefined>;
  write(name: string, bytes: Uint8Array): Promise<void>;
  clear(): Promise<void>;
}

/** The digest's text in front of a block's content. */
const HEADER_BYTES = 'sha256:'.length + 64;

export function openCheckpoint(options: { root: string; temporary: string; key: string }): Checkpoint {
  const folder = join(options.root, 'checkpoints', keyFileName(options.key));
  const attempt = { doing: 'using a checkpoint', place: folder };
  return {
    names: () =>
      storeAttempt(attempt, async () => {
        const names = await readdir(folder).catch(ignoreMissing);
        return (names ?? []).map(decodeURIComponent).sort();
      }),
    read: (name) =>
      storeAttempt(attempt, async () => {
        const bytes = await readFile(join(folder, fileName(name))).catch(ignoreMissing);
        if (bytes === undefined) return undefined;
        const content = bytes.subarray(HEADER_BYTES);
        return bytes.toString('latin1', 0, HEADER_BYTES) === digestOfBytes(content) ? content : undefined;
      }),
    write: async (name, bytes) => {
      const content = Buffer.concat([Buffer.from(digestOfBytes(bytes), 'latin1'), bytes]);
      const path = join(folder, fileName(name));
      // A block that a power cut tears does not match its digest and is computed again: no need to wait for the disk.
      await writeAtomic({ temporary: options.temporary, path, bytes: content, durable: false });
    },
    clear: () => storeAttempt(attempt, () => rm(folder, { recursive: true, force: true })),
  };
}

/** Any text as one file name: no separators, no dots in front, at most 200 bytes. */
function fileName(name: string): string {
  const encoded = encodeName(name);
  if (encoded !== '' && encoded.length <= 200) return encoded;
  throw new QuantloopError({
    code: 'internal',
    message: `A checkpoint block cannot be named ${JSON.stringify(name)}.`,
    hint: 'Name blocks by a short text, such as "layer-07".',
  });
}

function encodeName(name: string): string {
  try {
    return encodeURIComponent(name).replaceAll('.', '%2E');
  } catch {
    return ''; // half of a surrogate pair has no UTF-8 form
  }
}

function ignoreMissing(error: unknown): undefined {
  if (systemCode(error) !== 'ENOENT') throw error;
}
