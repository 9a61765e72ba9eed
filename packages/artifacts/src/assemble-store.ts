import { mkdir, rm } from 'node:fs/promises';
import { FOLDER_MEDIA_TYPE, QuantloopError, type ArtifactRef } from '@quantloop/core';
import { temporaryName } from './atomic-file.ts';
import type { BlobStore } from './blobs.ts';
import type { Remote } from './cache/remote.ts';
import { canonicalJson } from './canonical-json.ts';
import { openCheckpoint } from './checkpoint.ts';
import { Folders } from './folders.ts';
import type { Journal } from './journal.ts';
import type { Objects } from './objects.ts';
import { openResultCache } from './result-cache.ts';
import { storeAttempt } from './store-failure.ts';
import type { Store } from './store.ts';

export interface StoreParts {
  /** The local folder. */
  root: string;
  temporary: string;
  blobs: BlobStore;
  /** Where results and checkpoints are. */
  objects: Objects;
  journal: Journal;
  remote: Remote | undefined;
  onClose?: () => Promise<void>;
}

/** A store from its parts. */
export function assembleStore(parts: StoreParts): Store {
  const { root, temporary, blobs, objects, journal, remote, onClose } = parts;
  const folders = new Folders({ root, temporary, blobs });
  const scratchFolders = new Set<string>();

  return {
    root,
    remote,
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
      if (ref.mediaType !== FOLDER_MEDIA_TYPE) return blobs.intact(ref.digest, ref.size);
      if (!(await blobs.intact(ref.digest))) return false;
      for (const file of await folders.listing(ref.digest)) {
        if (!(await blobs.intact(file.digest, file.size))) return false;
      }
      return true;
    },
    async scratch() {
      const folder = temporaryName(temporary);
      await storeAttempt({ doing: 'making a scratch folder', place: folder }, () => mkdir(folder));
      scratchFolders.add(folder);
      return folder;
    },
    results: openResultCache(objects),
    checkpoint: (key) => openCheckpoint(objects, key),
    journal,
    async close() {
      for (const folder of scratchFolders) await rm(folder, { recursive: true, force: true });
      scratchFolders.clear();
      await onClose?.();
    },
  };
}

function wrongKind(ref: ArtifactRef, wanted: string, cause?: unknown): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message: `Artifact ${ref.digest} (${ref.mediaType}) is not ${wanted}.`,
    hint: 'Use the reference that the stage before returned for it.',
    cause,
  });
}
