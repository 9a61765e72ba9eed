import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSystemError } from './system-error.ts';
import { syncTree } from './sync-tree.ts';

/** Leftovers of a writer that was killed are removed when older than this. */
const STALE_MILLISECONDS = 60 * 60 * 1000;

/** How often a step is tried again when another writer is in the way, and the pause before. */
const ATTEMPTS = 20;
const PAUSE_MILLISECONDS = 20;

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
  await tidyUp(folder, owned);
  const mark = randomUUID();
  const temporary = `${besides(folder, 'new')}${mark}`;
  const previous = `${besides(folder, 'previous')}${mark}`;
  try {
    await mkdir(temporary);
    await fill(temporary);
    await syncTree(temporary);
    await swap(folder, temporary, previous);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  await keepForeign(folder, previous, owned);
  await syncTree(parent, { deep: false });
}

/** Writers' own names beside the folder: hidden, each with the writer's mark behind. */
const besides = (folder: string, kind: 'new' | 'previous'): string =>
  join(dirname(folder), `.${basename(folder)}.${kind}-`);

/** Two writers of the same run may meet here; whoever comes second takes the first one's place. */
async function swap(folder: string, temporary: string, previous: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    await rename(folder, attempt === 0 ? previous : `${previous}.${attempt}`).catch(ignore('ENOENT'));
    try {
      await rename(temporary, folder);
      break;
    } catch (error) {
      if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST') || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Files of others that lay in the folder go on to lie there; the rest of what was there goes. */
async function keepForeign(folder: string, previous: string, owned: readonly string[]): Promise<void> {
  for (const place of await siblings(previous)) {
    const names = (await readdir(place)).filter((name) => !owned.includes(name));
    for (const name of names) await moveInto(folder, place, name);
    await rm(place, { recursive: true, force: true });
  }
}

async function moveInto(folder: string, from: string, name: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      // A name that is there by now is newer.
      return await rename(join(from, name), join(folder, name)).catch(ignore('EEXIST', 'ENOTEMPTY'));
    } catch (error) {
      // For a moment the folder is away in the hands of another writer.
      if (!isSystemError(error, 'ENOENT') || attempt === ATTEMPTS) throw error;
      await sleep(PAUSE_MILLISECONDS);
    }
  }
}

/** Clears up behind writers that were killed: a folder they had moved away comes back, old leftovers go. */
async function tidyUp(folder: string, owned: readonly string[]): Promise<void> {
  const previous = besides(folder, 'previous');
  if (!(await exists(folder))) {
    const [last] = await siblings(previous);
    if (last !== undefined) await rename(last, folder).catch(ignore('ENOENT', 'ENOTEMPTY', 'EEXIST'));
  }
  for (const place of await siblings(besides(folder, 'new'))) {
    if (await isStale(place)) await rm(place, { recursive: true, force: true });
  }
  for (const place of await siblings(previous)) {
    if (await isStale(place)) await keepForeign(folder, place, owned);
  }
}

/** Paths that begin like this one. */
async function siblings(prefix: string): Promise<string[]> {
  const parent = dirname(prefix);
  const names = await readdir(parent);
  return names.filter((name) => name.startsWith(basename(prefix))).map((name) => join(parent, name));
}

/** A folder's change time is that of the last rename in it or of it. */
async function isStale(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.ctimeMs > STALE_MILLISECONDS;
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
