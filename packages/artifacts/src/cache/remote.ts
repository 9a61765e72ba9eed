import type { Objects } from '../objects.ts';

/** The shared place behind a store whose folder is a cache. */
export interface Remote {
  /** For messages: `s3://bucket/prefix`. */
  readonly location: string;
  /** What is read and written there directly: results, checkpoints. */
  readonly objects: Objects;
  /** Whether the blob is there for everybody, of that size where it is given. */
  has(digest: string, size?: number): Promise<boolean>;
  /** Brings a blob into the cache. Throws `artifact-corrupt` where it is missing or damaged. */
  fetch(digest: string): Promise<void>;
  /** Makes a blob of the cache everybody's. Once this returns, any machine can fetch it. */
  push(digest: string): Promise<void>;
}
