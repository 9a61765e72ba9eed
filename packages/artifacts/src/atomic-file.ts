import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { processMark } from './process-mark.ts';
import { storeAttempt, systemCode } from './store-failure.ts';

export interface AtomicWrite {
  /** The store's folder for temporary names: same filesystem as `path`. */
  temporary: string;
  path: string;
  bytes: Uint8Array;
  /** @default 0o644 */
  mode?: number;
  /** Keep a file that is already there, and report false. @default false */
  keepExisting?: boolean;
  /** On the disk when this returns. Not needed where a reader recognises and can do without a torn file. @default true */
  durable?: boolean;
}

/** Writes a file that readers see whole or not at all. False: one was there and was kept. */
export async function writeAtomic(write: AtomicWrite): Promise<boolean> {
  const { temporary, path, bytes, mode = 0o644, keepExisting = false, durable = true } = write;
  const name = temporaryName(temporary);
  return storeAttempt({ doing: `writing ${basename(path)}`, place: path, bytes: bytes.length }, async () => {
    try {
      const file = await open(name, 'wx', mode);
      try {
        await file.writeFile(bytes);
        if (durable) await file.sync();
      } finally {
        await file.close();
      }
      const moved = await moveIntoPlace(name, path, keepExisting);
      if (moved && durable) await syncFolder(dirname(path));
      return moved;
    } finally {
      await rm(name, { force: true });
    }
  });
}

/** A name nobody else uses, carrying this process so that leftovers of a crash are recognised. */
export function temporaryName(temporary: string): string {
  return join(temporary, `${processMark()}.${randomBytes(8).toString('hex')}`);
}

/** Gives a finished, synced file its name for good. */
export async function placeSynced(name: string, path: string): Promise<void> {
  await moveIntoPlace(name, path, false);
  await syncFolder(dirname(path));
}

/** Gives a finished file its name. With `keepExisting` the first of several writers wins, and false is returned. */
async function moveIntoPlace(name: string, path: string, keepExisting: boolean): Promise<boolean> {
  const move = () => (keepExisting ? link(name, path) : rename(name, path));
  try {
    await move().catch(async (error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
      await mkdir(dirname(path), { recursive: true });
      await move();
    });
  } catch (error) {
    if (keepExisting && systemCode(error) === 'EEXIST') return false;
    throw error;
  }
  return true;
}

/** Makes a rename in this folder survive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
