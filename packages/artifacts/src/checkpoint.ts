import { QuantloopError } from '@quantloop/core';
import { digestOfBytes } from './digest.ts';
import type { Objects } from './objects.ts';
import { keyFileName } from './result-cache.ts';

/** Finished blocks of one unfinished job. A block that is half written or damaged reads as absent. */
export interface Checkpoint {
  names(): Promise<string[]>;
  read(name: string): Promise<Uint8Array | undefined>;
  write(name: string, bytes: Uint8Array): Promise<void>;
  clear(): Promise<void>;
}

/** The digest's text in front of a block's content. */
const HEADER_BYTES = 'sha256:'.length + 64;

/** Where the blocks of a job are, as the name of a folder. */
export function checkpointFolder(key: string): string {
  return `checkpoints/${keyFileName(key)}`;
}

export function openCheckpoint(objects: Objects, key: string): Checkpoint {
  const folder = checkpointFolder(key);
  const nameOf = (name: string) => `${folder}/${fileName(name)}`;
  return {
    names: async () =>
      (await objects.list(folder))
        .map(({ name }) => decodeURIComponent(name.slice(folder.length + 1)))
        .sort(),
    read: async (name) => {
      const bytes = await objects.read(nameOf(name));
      if (bytes === undefined) return undefined;
      const content = bytes.subarray(HEADER_BYTES);
      const header = Buffer.from(bytes.subarray(0, HEADER_BYTES)).toString('latin1');
      return header === digestOfBytes(content) ? content : undefined;
    },
    write: async (name, bytes) => {
      const content = Buffer.concat([Buffer.from(digestOfBytes(bytes), 'latin1'), bytes]);
      // A block that a power cut tears does not match its digest and is computed again: no need to wait for the disk.
      await objects.write(nameOf(name), content, { durable: false });
    },
    clear: () => objects.clear(folder),
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
