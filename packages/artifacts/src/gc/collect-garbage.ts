import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Blobs } from '../blobs.ts';
import { openJournal } from '../journal.ts';
import { keyFileName, StoredResult } from '../result-cache.ts';
import { storeAttempt, systemCode } from '../store-failure.ts';
import { claimFolder } from '../store-format.ts';
import { mark } from './mark.ts';
import { referencesIn, type Reference } from './references.ts';

export interface CollectGarbageOptions {
  /** Of the store. */
  root: string;
  /** What stays, with all that it refers to. */
  keep: readonly Reference[];
  /** Results that a job asked for since then stay, too, and files written since. */
  since: Date;
  /** Only say what would go. @default false */
  dryRun?: boolean;
}

/** What went. */
export interface Garbage {
  blobs: number;
  /** Of the blobs. */
  bytes: number;
  results: number;
  /** Of unfinished jobs. */
  checkpoints: number;
  /** Blobs that stay, and their bytes. */
  kept: { blobs: number; bytes: number };
}

/**
 * Drops what nobody asked for lately and nothing that stays refers to: results by the journal, then the artifacts that no
 * result left and nothing of `keep` leads to. A result goes before what it refers to, so that at no moment one promises
 * what is gone. Throws `store-unavailable` where the folder cannot be used.
 */
export async function collectGarbage(options: CollectGarbageOptions): Promise<Garbage> {
  const root = resolve(options.root);
  const { keep, since, dryRun = false } = options;
  await claimFolder(root, join(root, 'tmp'));
  const remove = (path: string) => (dryRun ? undefined : rm(path, { recursive: true, force: true }));
  return storeAttempt({ doing: 'dropping what nobody needs', place: root }, async () => {
    const used = await usedSince(root, since);
    const isOld = async (path: string) => ((await stat(path).catch(ignoreMissing))?.mtime ?? 0) < since;

    const references: Reference[] = [...keep];
    let results = 0;
    for (const path of await filesIn(join(root, 'results'))) {
      if (used.has(basename(path, '.json')) || !(await isOld(path))) {
        references.push(...(await outputOf(path)));
        continue;
      }
      results++;
      await remove(path);
    }

    const blobs = new Blobs(root, join(root, 'tmp'));
    const marked = new Set([...(await mark(blobs, references))].map((digest) => blobs.path(digest)));
    const gone: Garbage = { blobs: 0, bytes: 0, results, checkpoints: 0, kept: { blobs: 0, bytes: 0 } };
    const unneeded = new Set<string>();
    for (const path of await filesIn(join(root, 'blobs'))) {
      const size = (await stat(path).catch(ignoreMissing))?.size ?? 0;
      const stays = marked.has(path) || !(await isOld(path));
      const counted = stays ? gone.kept : gone;
      counted.blobs++;
      counted.bytes += size;
      if (!stays) unneeded.add(path);
    }
    // Folders first: their files are further names of the same blobs.
    for (const path of unneeded) await remove(join(root, 'folders', basename(path)));
    for (const path of unneeded) await remove(path);

    for (const name of (await readdir(join(root, 'checkpoints')).catch(ignoreMissing)) ?? []) {
      const path = join(root, 'checkpoints', name);
      if (used.has(name) || !(await isOld(path))) continue;
      gone.checkpoints++;
      await remove(path);
    }
    return gone;
  });
}

/** File names of the keys of the jobs that there was something of since then. */
async function usedSince(root: string, since: Date): Promise<Set<string>> {
  const entries = await openJournal(root).read();
  return new Set(entries.filter(({ time }) => new Date(time) >= since).map(({ key }) => keyFileName(key)));
}

async function outputOf(path: string): Promise<Reference[]> {
  try {
    return referencesIn(StoredResult.parse(JSON.parse(await readFile(path, 'utf8'))));
  } catch (error) {
    if (systemCode(error) !== undefined && systemCode(error) !== 'ENOENT') throw error;
    return []; // what cannot be read counts as none, here as for jobs
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ignoreMissing);
  return (entries ?? [])
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

function ignoreMissing(error: unknown): undefined {
  if (systemCode(error) !== 'ENOENT') throw error;
}
