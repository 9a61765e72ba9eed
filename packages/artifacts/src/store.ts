import type { ArtifactRef } from '@quantloop/core';
import type { Remote } from './cache/remote.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Journal } from './journal.ts';
import type { ResultCache } from './result-cache.ts';

/**
 * Content-addressed artifacts in a folder or on S3, with the results, checkpoints and journal of the jobs that made them.
 * Every method throws `disk-full` when space runs out, `store-unavailable` when the store cannot be reached,
 * `store-refused` when it will not do it, and every reading one `artifact-corrupt` when content is missing or differs
 * from its digest (it is moved aside as `.corrupt`, or removed from S3).
 */
export interface Store {
  /** Absolute path of the store's folder, or of its cache on this machine. */
  readonly root: string;
  /** What the folder is a cache of; undefined: the folder is the store. */
  readonly remote: Remote | undefined;
  putBytes(bytes: Uint8Array, mediaType: string): Promise<ArtifactRef>;
  /** Canonical JSON (RFC 8785), so equal values have equal digests. */
  putJson(value: unknown): Promise<ArtifactRef>;
  /** Streamed. A file under `scratch()` is taken over without a copy: do not write to it afterwards. */
  putFile(path: string, mediaType: string): Promise<ArtifactRef>;
  /** All regular files below a folder; links and special files are refused, empty folders are left out. */
  putFolder(path: string): Promise<ArtifactRef>;
  readBytes(ref: ArtifactRef): Promise<Uint8Array>;
  readJson(ref: ArtifactRef): Promise<unknown>;
  /** A read-only local folder with the artifact's files (hard links into the store), verified. */
  folder(ref: ArtifactRef): Promise<string>;
  /** A read-only local path, verified. */
  file(ref: ArtifactRef): Promise<string>;
  /**
   * Whether all content of the artifact is present and intact. On S3: there, of its size and with its checksum, as the
   * service says without sending it; reading compares the content itself.
   */
  verify(ref: ArtifactRef): Promise<boolean>;
  /** A fresh temporary folder on the filesystem of `root`; removed by `close`, or by the next `openStore` after a crash. */
  scratch(): Promise<string>;
  readonly results: ResultCache;
  /** The finished blocks of an unfinished job; `key` as for `results`. */
  checkpoint(key: string): Checkpoint;
  readonly journal: Journal;
  /** Removes the scratch folders handed out by this store object, and lets its files go from the cache. */
  close(): Promise<void>;
}
