import type { BlobStore, Blobs, StoredBlob } from '../blobs.ts';
import { digestOfBytes } from '../digest.ts';
import type { CachePins } from './cache-pins.ts';
import type { Remote } from './remote.ts';

/**
 * The blobs of a shared place, through those of a local folder. A blob is written to both before anybody hears of it;
 * it is read from the folder, and fetched where the folder has none or a damaged one.
 */
export class CachedBlobs implements BlobStore {
  readonly #local: Blobs;
  readonly #remote: Remote;
  readonly #pins: CachePins;

  constructor(options: { local: Blobs; remote: Remote; pins: CachePins }) {
    this.#local = options.local;
    this.#remote = options.remote;
    this.#pins = options.pins;
  }

  path(digest: string): string {
    return this.#local.path(digest);
  }

  async put(bytes: Uint8Array): Promise<StoredBlob> {
    await this.#pins.hold(digestOfBytes(bytes));
    const blob = await this.#local.put(bytes);
    await this.#remote.push(blob.digest);
    return blob;
  }

  async putFile(source: string): Promise<StoredBlob> {
    let blob = await this.#local.putFile(source);
    await this.#pins.hold(blob.digest);
    // Until then it could be evicted.
    if (!(await this.#local.intact(blob.digest))) blob = await this.#local.putFile(source);
    await this.#remote.push(blob.digest);
    return blob;
  }

  async read(digest: string): Promise<Uint8Array> {
    await this.verified(digest);
    return this.#local.read(digest);
  }

  async verified(digest: string): Promise<string> {
    await this.#pins.hold(digest);
    if (!(await this.#local.intact(digest))) await this.#remote.fetch(digest);
    return this.#local.verified(digest);
  }

  /** Asks the shared place only: what the cache holds does not help another machine. */
  intact(digest: string, size?: number): Promise<boolean> {
    return this.#remote.has(digest, size);
  }
}
