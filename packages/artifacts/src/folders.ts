import { copyFile, constants, link, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { temporaryName } from './atomic-file.ts';
import type { BlobStore } from './blobs.ts';
import { digestOfFile } from './digest.ts';
import { encodeListing, FolderListing, listFiles, type ListedFile } from './folder-listing.ts';
import { storeAttempt, systemCode } from './store-failure.ts';

/** Folder artifacts: a listing blob each, laid out under `folders/<hex>/` when somebody needs the files. */
export class Folders {
  readonly #blobs: BlobStore;
  readonly #folder: string;
  readonly #temporary: string;

  constructor(options: { root: string; temporary: string; blobs: BlobStore }) {
    this.#blobs = options.blobs;
    this.#folder = join(options.root, 'folders');
    this.#temporary = options.temporary;
  }

  async put(source: string): Promise<{ digest: string; size: number }> {
    const files: ListedFile[] = [];
    for (const path of await listFiles(source)) {
      files.push({ path, ...(await this.#blobs.putFile(join(source, path))) });
    }
    const { digest } = await this.#blobs.put(encodeListing(files));
    return { digest, size: files.reduce((sum, { size }) => sum + size, 0) };
  }

  async listing(digest: string): Promise<ListedFile[]> {
    const bytes = await this.#blobs.read(digest);
    try {
      return FolderListing.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).files;
    } catch (cause) {
      throw new QuantloopError({
        code: 'artifact-corrupt',
        message: `Artifact ${digest} is not a folder: its listing at ${this.#blobs.path(digest)} is not valid.`,
        hint: 'Use the reference of a folder that quantloop stored.',
        cause,
      });
    }
  }

  /** A folder with exactly the listed files, each compared with its digest; laid out anew where it is not. */
  async materialize(digest: string): Promise<string> {
    const files = await this.listing(digest);
    for (const file of files) await this.#blobs.verified(file.digest);
    const target = join(this.#folder, basename(this.#blobs.path(digest)));
    return storeAttempt({ doing: 'laying out a folder', place: target }, async () => {
      if (await holdsExactly(target, files)) return target;
      const built = temporaryName(this.#temporary);
      try {
        for (const file of files) await this.#place(file, join(built, file.path));
        await mkdir(built, { recursive: true });
        await this.#swap(built, target, files);
      } finally {
        await rm(built, { recursive: true, force: true });
      }
      return target;
    });
  }

  async #place(file: ListedFile, path: string): Promise<void> {
    const blob = this.#blobs.path(file.digest);
    await mkdir(dirname(path), { recursive: true });
    try {
      await link(blob, path);
    } catch (error) {
      if (!['EPERM', 'EXDEV', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP'].includes(systemCode(error) ?? ''))
        throw error;
      await copyFile(blob, path, constants.COPYFILE_FICLONE);
      const copy = await open(path, 'r');
      await copy.sync().finally(() => copy.close());
    }
  }

  /** Another process may lay out the same folder: whoever is first wins, and a spoilt one makes way. */
  async #swap(built: string, target: string, files: ListedFile[]): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (let tries = 0; ; tries++) {
      try {
        return await rename(built, target);
      } catch (error) {
        if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '') || tries === 3) throw error;
      }
      if (await holdsExactly(target, files)) return;
      const aside = temporaryName(this.#temporary);
      await rename(target, aside);
      await rm(aside, { recursive: true, force: true });
    }
  }
}

async function holdsExactly(folder: string, files: ListedFile[]): Promise<boolean> {
  try {
    if (!(await lstat(folder)).isDirectory()) return false;
    const present = await listFiles(folder);
    if (present.length !== files.length) return false;
    for (const { path, digest } of files) {
      if ((await digestOfFile(join(folder, path))) !== digest) return false;
    }
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof QuantloopError) return false;
    throw error;
  }
}
