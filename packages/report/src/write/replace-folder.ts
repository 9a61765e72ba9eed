import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isSystemError } from './system-error.ts';
import { syncTree } from './sync-tree.ts';

/** Leftovers of a writer that was killed are removed when older than this. */
const STALE_MILLISECONDS = 60 * 60 * 1000;

export interface ReplaceFolderOptions {
  folder: string;
  /** Top-level names that `fill` owns: what stood under them is replaced; everything else in the folder is kept. */
  owned: readonly string[];
  /** Writes the new content into an empty folder beside the old one. */
  fill(temporary: string): Promise<void>;
}

/**
 * Replaces the content of a folder so that a reader finds the old or the new one, never a mixture. The new content is
 * on the disk before it gets its name; when `fill` fails nothing is left behind.
 */
export async function replaceFolder({ folder, owned, fill }: ReplaceFolderOptions): Promise<void> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  await restore(folder);
  await removeStale(folder);
  const temporary = join(parent, `.${basename(folder)}.new-${randomUUID()}`);
  try {
    await mkdir(temporary);
    await fill(temporary);
    await syncTree(temporary);
    await swap(folder, temporary);
    await keepForeign(folder, owned);
    await syncTree(parent, { deep: false });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

const previousOf = (folder: string): string => join(dirname(folder), `.${basename(folder)}.previous`);

/** Undoes a swap that was interrupted between its two renames. */
async function restore(folder: string): Promise<void> {
  if (await exists(folder)) return;
  await rename(previousOf(folder), folder).catch(ignore('ENOENT'));
}

async function swap(folder: string, temporary: string): Promise<void> {
  const previous = previousOf(folder);
  // Two writers of the same run may meet here; whoever comes second takes the first one's place.
  for (let attempt = 0; ; attempt += 1) {
    await rename(folder, previous).catch(async (error: unknown) => {
      if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST')) return ignore('ENOENT')(error);
      await rm(previous, { recursive: true, force: true });
      await rename(folder, previous).catch(ignore('ENOENT', 'ENOTEMPTY', 'EEXIST'));
    });
    try {
      return await rename(temporary, folder);
    } catch (error) {
      if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST') || attempt === 9) throw error;
    }
  }
}

/** Files in the folder that are not ours go on to lie there. */
async function keepForeign(folder: string, owned: readonly string[]): Promise<void> {
  const previous = previousOf(folder);
  const names = await readdir(previous).catch((error: unknown): string[] => {
    ignore('ENOENT')(error);
    return [];
  });
  for (const name of names.filter((each) => !owned.includes(each))) {
    await rename(join(previous, name), join(folder, name)).catch(ignore('ENOENT', 'EEXIST', 'ENOTEMPTY'));
  }
  await rm(previous, { recursive: true, force: true });
}

async function removeStale(folder: string): Promise<void> {
  const prefix = `.${basename(folder)}.new-`;
  const parent = dirname(folder);
  for (const name of (await readdir(parent)).filter((each) => each.startsWith(prefix))) {
    const path = join(parent, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > STALE_MILLISECONDS) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

function ignore(...codes: string[]): (error: unknown) => void {
  return (error) => {
    if (!isSystemError(error, ...codes)) throw error;
  };
}
