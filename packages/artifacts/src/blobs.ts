import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { placeSynced, temporaryName, writeAtomic } from './atomic-file.ts';
import { digestOfBytes, digestOfFile } from './digest.ts';
import { storeAttempt, systemCode } from './store-failure.ts';

const READ_ONLY = 0o444;
const CHUNK = 1 << 20;

export interface StoredBlob {
  digest: string;
  size: number;
}

/** What a store needs of the place of its blobs. */
export interface BlobStore {
  put(bytes: Uint8Array): Promise<StoredBlob>;
  putFile(source: string): Promise<StoredBlob>;
  read(digest: string): Promise<Uint8Array>;
  /** A local path of a blob whose content was compared with its digest. */
  verified(digest: string): Promise<string>;
  /** Whether a blob is there and has its content; `size` in bytes, where known. */
  intact(digest: string, size?: number): Promise<boolean>;
  /** Where the file of a blob is, or would be. */
  path(digest: string): string;
}

/** Immutable files under `blobs/sha256/ab/<hex>`, named by their content. */
export class Blobs implements BlobStore {
  readonly #root: string;
  readonly #temporary: string;

  constructor(root: string, temporary: string) {
    this.#root = root;
    this.#temporary = temporary;
  }

  path(digest: string): string {
    return join(this.#root, blobName(digest));
  }

  async put(bytes: Uint8Array): Promise<StoredBlob> {
    const digest = digestOfBytes(bytes);
    const path = this.path(digest);
    if (!(await this.intact(digest))) {
      await writeAtomic({ temporary: this.#temporary, path, bytes, mode: READ_ONLY });
    }
    return { digest, size: bytes.length };
  }

  /** Copies and hashes in one pass, so that what was hashed is what is stored; files of `scratch()` are linked instead. */
  async putFile(source: string): Promise<StoredBlob> {
    const { size } = await stat(source).catch((error: unknown) => {
      throw missingSource(source, error);
    });
    const name = temporaryName(this.#temporary);
    const attempt = { doing: `storing ${basename(source)}`, place: this.#root, bytes: size };
    return storeAttempt(attempt, async () => {
      try {
        const blob = (await this.#takeOver(source, name)) ?? (await copyHashing(source, name));
        if (!(await this.intact(blob.digest))) await placeSynced(name, this.path(blob.digest));
        return blob;
      } finally {
        await rm(name, { force: true });
      }
    });
  }

  async read(digest: string): Promise<Uint8Array> {
    const path = this.path(digest);
    const bytes = await storeAttempt({ doing: 'reading', place: path }, () =>
      readFile(path).catch((error: unknown) => {
        if (systemCode(error) === 'ENOENT') throw missingBlob(digest, path);
        throw error;
      }),
    );
    if (digestOfBytes(bytes) !== digest) throw await this.#corrupt(digest);
    return bytes;
  }

  /** The path of a blob whose content was compared with its digest. */
  async verified(digest: string): Promise<string> {
    const path = this.path(digest);
    if (await this.intact(digest)) return path;
    throw (await exists(`${path}.corrupt`)) ? corruptBlob(digest, path) : missingBlob(digest, path);
  }

  /** Whether the blob is there and has its content; one that has not is moved aside. */
  async intact(digest: string): Promise<boolean> {
    const path = this.path(digest);
    return storeAttempt({ doing: 'reading', place: path }, async () => {
      try {
        if ((await digestOfFile(path)) === digest) return true;
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return false;
        throw error;
      }
      await this.#corrupt(digest);
      return false;
    });
  }

  /** Takes over a file with this content, which lies in a folder of the store. */
  async adopt(file: string, digest: string): Promise<void> {
    const path = this.path(digest);
    await storeAttempt({ doing: 'storing a blob', place: path }, async () => {
      await chmod(file, READ_ONLY);
      await placeSynced(file, path);
    });
  }

  async #corrupt(digest: string): Promise<QuantloopError> {
    const path = this.path(digest);
    await rename(path, `${path}.corrupt`).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
    });
    return corruptBlob(digest, path);
  }

  async #takeOver(source: string, name: string): Promise<StoredBlob | undefined> {
    const inScratch = relative(this.#temporary, resolve(source));
    if (inScratch.startsWith('..') || resolve(inScratch) === inScratch) return undefined;
    try {
      await link(source, name);
    } catch (error) {
      if (['EPERM', 'EXDEV', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP'].includes(systemCode(error) ?? ''))
        return undefined;
      throw error;
    }
    await chmod(name, READ_ONLY);
    const file = await open(name, 'r');
    try {
      await file.sync();
      return { digest: await digestOfFile(name), size: (await file.stat()).size };
    } finally {
      await file.close();
    }
  }
}

/** Where a blob is inside a store: `blobs/sha256/ab/<hex>`. */
export function blobName(digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex !== undefined) return `blobs/sha256/${hex.slice(0, 2)}/${hex}`;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `"${digest}" is not a digest.`,
    hint: 'A digest is "sha256:" and 64 hexadecimal digits.',
  });
}

async function copyHashing(source: string, name: string): Promise<StoredBlob> {
  const hasher = createHash('sha256');
  let size = 0;
  const file = await open(name, 'wx', READ_ONLY);
  try {
    for await (const chunk of createReadStream(source, { highWaterMark: CHUNK })) {
      const bytes = chunk as Buffer;
      hasher.update(bytes);
      await file.writeFile(bytes);
      size += bytes.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { digest: `sha256:${hasher.digest('hex')}`, size };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function missingSource(source: string, cause: unknown): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message: `Nothing can be stored from ${source}: ${systemCode(cause) === 'ENOENT' ? 'it does not exist' : String(cause)}.`,
    hint: 'Give the path of a file that exists and can be read.',
    cause,
  });
}

export function missingBlob(digest: string, path: string): QuantloopError {
  return new QuantloopError({
    code: 'artifact-corrupt',
    message: `Artifact ${digest} is missing: there is no ${path}.`,
    hint: 'Run the stage that makes it again; its stored result no longer counts.',
  });
}

function corruptBlob(digest: string, path: string): QuantloopError {
  return new QuantloopError({
    code: 'artifact-corrupt',
    message: `Artifact ${digest} is damaged: the content differs from the digest. It was moved to ${path}.corrupt.`,
    hint: 'Run the stage that makes it again, and check the disk if this repeats.',
  });
}
