import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FOLDER_MEDIA_TYPE, QuantloopError, type ArtifactRef } from '@quantloop/core';
import { temporaryName } from './atomic-file.ts';
import { Blobs } from './blobs.ts';
import { canonicalJson } from './canonical-json.ts';
import { openCheckpoint } from './checkpoint.ts';
import { Folders } from './folders.ts';
import { openJournal } from './journal.ts';
import { isLeftover } from './process-mark.ts';
import { openResultCache } from './result-cache.ts';
import { claimFolder } from './store-format.ts';
import { storeAttempt } from './store-failure.ts';
import type { Store } from './store.ts';

/**
 * Opens the store in a folder, creating it when it is not there, and clears away what crashed processes left behind.
 * Throws `invalid-spec` for the folder of another version, `store-unavailable` or `disk-full` when it cannot be used.
 */
export async function openStore(options: { root: string }): Promise<Store> {
  const root = resolve(options.root);
  const temporary = join(root, 'tmp');
  await claimFolder(root, temporary);
  await removeLeftovers(temporary);

  const blobs = new Blobs(root, temporary);
  const folders = new Folders({ root, temporary, blobs });
  const scratchFolders = new Set<string>();

  return {
    root,
    async putBytes(bytes, mediaType) {
      return { ...(await blobs.put(bytes)), mediaType };
    },
    async putJson(value) {
      return { ...(await blobs.put(Buffer.from(canonicalJson(value)))), mediaType: 'application/json' };
    },
    async putFile(path, mediaType) {
      return { ...(await blobs.putFile(path)), mediaType };
    },
    async putFolder(path) {
      return { ...(await folders.put(path)), mediaType: FOLDER_MEDIA_TYPE };
    },
    readBytes: (ref) => blobs.read(ref.digest),
    async readJson(ref) {
      const bytes = await blobs.read(ref.digest);
      try {
        return JSON.parse(Buffer.from(bytes).toString('utf8'));
      } catch (cause) {
        throw wrongKind(ref, 'JSON', cause);
      }
    },
    async folder(ref) {
      if (ref.mediaType !== FOLDER_MEDIA_TYPE) throw wrongKind(ref, 'a folder');
      return folders.materialize(ref.digest);
    },
    async file(ref) {
      if (ref.mediaType === FOLDER_MEDIA_TYPE) throw wrongKind(ref, 'a single file');
      return blobs.verified(ref.digest);
    },
    async verify(ref) {
      if (!(await blobs.intact(ref.digest))) return false;
      if (ref.mediaType !== FOLDER_MEDIA_TYPE) return true;
      for (const file of await folders.listing(ref.digest)) {
        if (!(await blobs.intact(file.digest))) return false;
      }
      return true;
    },
    async scratch() {
      const folder = temporaryName(temporary);
      await storeAttempt({ doing: 'making a scratch folder', place: folder }, () => mkdir(folder));
      scratchFolders.add(folder);
      return folder;
    },
    results: openResultCache(root, temporary),
    checkpoint: (key) => openCheckpoint({ root, temporary, key }),
    journal: openJournal(root),
    async close() {
      for (const folder of scratchFolders) await rm(folder, { recursive: true, force: true });
      scratchFolders.clear();
    },
  };
}

async function removeLeftovers(temporary: string): Promise<void> {
  await storeAttempt({ doing: 'clearing leftovers', place: temporary }, async () => {
    const leftovers = (await readdir(temporary)).filter(isLeftover);
    await Promise.all(leftovers.map((name) => rm(join(temporary, name), { recursive: true, force: true })));
  });
}

function wrongKind(ref: ArtifactRef, wanted: string, cause?: unknown): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message: `Artifact ${ref.digest} (${ref.mediaType}) is not ${wanted}.`,
    hint: 'Use the reference that the stage before returned for it.',
    cause,
  });
}
