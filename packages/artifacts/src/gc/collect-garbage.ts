import { basename } from 'node:path';
import { blobName } from '../blobs.ts';
import { keyFileName, StoredResult } from '../result-cache.ts';
import { mark } from './mark.ts';
import { referencesIn, type Reference } from './references.ts';
import { openStorePlace, type StorePlace } from './store-place.ts';

export interface CollectGarbageOptions {
  /** Of the store: a folder, or `s3://bucket/prefix`. */
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
 * what is gone. Caches of the store are left as they are. Throws `store-unavailable` or `store-refused` where it cannot
 * be used.
 */
export async function collectGarbage(options: CollectGarbageOptions): Promise<Garbage> {
  const { keep, since, dryRun = false } = options;
  const place = await openStorePlace(options.root);
  const { objects } = place;
  const used = await usedSince(place, since);
  const remove = async (names: readonly string[]) => {
    if (!dryRun) await objects.remove(names);
  };

  const references: Reference[] = [...keep];
  const results: string[] = [];
  for (const { name, modified } of await objects.list('results')) {
    if (used.has(basename(name, '.json')) || modified >= since)
      references.push(...(await outputOf(place, name)));
    else results.push(name);
  }
  await remove(results);

  const marked = new Set([...(await mark(objects, references))].map(blobName));
  const gone: Garbage = {
    blobs: 0,
    bytes: 0,
    results: results.length,
    checkpoints: 0,
    kept: { blobs: 0, bytes: 0 },
  };
  const unneeded: string[] = [];
  for (const { name, size, modified } of await objects.list('blobs')) {
    const stays = marked.has(name) || modified >= since;
    const counted = stays ? gone.kept : gone;
    counted.blobs++;
    counted.bytes += size;
    if (!stays) unneeded.push(name);
  }
  if (!dryRun) await place.release(unneeded.map((name) => basename(name)));
  await remove(unneeded);

  for (const [folder, modified] of await checkpoints(place)) {
    if (used.has(basename(folder)) || modified >= since) continue;
    gone.checkpoints++;
    if (!dryRun) await objects.clear(folder);
  }
  if (!dryRun) await place.dropUnfinished(since);
  return gone;
}

/** File names of the keys of the jobs that there was something of since then. */
async function usedSince({ journal }: StorePlace, since: Date): Promise<Set<string>> {
  const entries = await journal.read();
  return new Set(entries.filter(({ time }) => new Date(time) >= since).map(({ key }) => keyFileName(key)));
}

async function outputOf({ objects }: StorePlace, name: string): Promise<Reference[]> {
  const bytes = await objects.read(name);
  if (bytes === undefined) return [];
  try {
    return referencesIn(StoredResult.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))));
  } catch {
    return []; // what makes no sense counts as none, here as for jobs
  }
}

/** The folders of unfinished jobs, and when each left its last block. */
async function checkpoints({ objects }: StorePlace): Promise<Map<string, Date>> {
  const latest = new Map<string, Date>();
  for (const { name, modified } of await objects.list('checkpoints')) {
    const folder = name.slice(0, name.lastIndexOf('/'));
    const before = latest.get(folder);
    if (before === undefined || before < modified) latest.set(folder, modified);
  }
  return latest;
}
