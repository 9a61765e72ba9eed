import { rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { folderObjects } from '../folder-objects.ts';
import { storeAttempt } from '../store-failure.ts';
import { pinned, useMark, whileEvicting } from './cache-pins.ts';

/** Eviction goes on to this share of the limit, so that not every new blob starts one. */
const EVICT_TO = 0.9;

interface Cached {
  path: string;
  hex: string;
  size: number;
  used: number;
}

/** Keeps the blobs of a cache below a size: what was used longest ago goes, but nothing that a living process uses. */
export class CacheSpace {
  readonly #root: string;
  /** Bytes. */
  readonly #limit: number;
  /** Bytes that are there as far as this process knows: other processes' own come to light when room runs out. */
  #known: number | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: { root: string; limit: number }) {
    this.#root = options.root;
    this.#limit = options.limit;
  }

  /** Makes room for so many bytes more, as far as what is in use allows. */
  makeRoom(bytes: number): Promise<void> {
    const mine = this.#turn.then(() => this.#makeRoom(bytes));
    this.#turn = mine.catch(() => {});
    return mine;
  }

  async #makeRoom(bytes: number): Promise<void> {
    this.#known = (this.#known ?? sum(await this.#blobs())) + bytes;
    if (this.#known <= this.#limit) return;
    await storeAttempt({ doing: 'evicting from the cache', place: this.#root }, () =>
      whileEvicting(this.#root, async () => {
        const held = await pinned(this.#root);
        const blobs = await this.#blobs();
        let total = sum(blobs) + bytes;
        if (total > this.#limit) {
          const free = blobs.filter(({ hex }) => !held.has(hex)).sort((a, b) => a.used - b.used);
          for (const blob of free) {
            if (total <= this.#limit * EVICT_TO) break;
            await this.#evict(blob);
            total -= blob.size;
          }
        }
        this.#known = total;
      }),
    );
  }

  async #evict({ path, hex }: Cached): Promise<void> {
    // A laid-out folder holds further names of its files. It was last used when its listing was, and never after its files.
    await rm(join(this.#root, 'folders', hex), { recursive: true, force: true });
    await rm(path, { force: true });
    await rm(useMark(this.#root, hex), { force: true });
  }

  async #blobs(): Promise<Cached[]> {
    const objects = folderObjects(this.#root, join(this.#root, 'tmp'));
    return Promise.all(
      (await objects.list('blobs')).map(async ({ name, size, modified }) => {
        const hex = basename(name);
        const mark = await stat(useMark(this.#root, hex)).catch(() => undefined);
        return { path: join(this.#root, name), hex, size, used: (mark?.mtime ?? modified).getTime() };
      }),
    );
  }
}

function sum(blobs: readonly Cached[]): number {
  return blobs.reduce((total, { size }) => total + size, 0);
}
