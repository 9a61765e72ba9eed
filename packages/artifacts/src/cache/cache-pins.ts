import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLeftover, processMark } from '../process-mark.ts';
import { storeAttempt, systemCode } from '../store-failure.ts';

const POLL_MS = 2;

/**
 * What one store object uses of a cache, so that no process evicts it. A pin is an empty file under
 * `pins/<process>.<random>/`; those of a process that has died do not count.
 *
 * Whoever evicts first says so and then looks for pins; whoever pins then waits for those who evict. So one of the two
 * always sees the other, and what is there after `hold` stays.
 */
export class CachePins {
  readonly #root: string;
  readonly #folder: string;
  readonly #held = new Set<string>();

  constructor(root: string) {
    this.#root = root;
    this.#folder = join(root, 'pins', `${processMark()}.${randomBytes(6).toString('hex')}`);
  }

  /** Keeps a blob from being evicted until `release`, and notes that it was used now. */
  async hold(digest: string): Promise<void> {
    const hex = digest.slice('sha256:'.length);
    if (this.#held.has(hex)) return;
    await storeAttempt({ doing: 'pinning a blob', place: this.#folder }, async () => {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(join(this.#folder, hex), '');
      await noteUse(this.#root, hex);
      while (await isEvicting(this.#root)) await sleep(POLL_MS);
    });
    this.#held.add(hex);
  }

  async release(): Promise<void> {
    this.#held.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Hexadecimal digits of the blobs that living processes use. Forgets the pins of dead ones. */
export async function pinned(root: string): Promise<Set<string>> {
  const held = new Set<string>();
  for (const name of await names(join(root, 'pins'))) {
    const folder = join(root, 'pins', name);
    if (isLeftover(name)) await rm(folder, { recursive: true, force: true });
    else for (const hex of await names(folder)) held.add(hex);
  }
  return held;
}

/** Where the times of last use are, each the modification time of an empty file: a blob's own time tells of its content. */
export function useMark(root: string, hex: string): string {
  return join(root, 'uses', hex);
}

/** While this runs, `hold` waits. */
export async function whileEvicting<T>(root: string, evict: () => Promise<T>): Promise<T> {
  const sign = join(root, 'evictions', `${processMark()}.${randomBytes(6).toString('hex')}`);
  await mkdir(join(root, 'evictions'), { recursive: true });
  await writeFile(sign, '');
  try {
    return await evict();
  } finally {
    await rm(sign, { force: true });
  }
}

async function isEvicting(root: string): Promise<boolean> {
  const signs = await names(join(root, 'evictions'));
  const [dead, living] = [signs.filter(isLeftover), signs.filter((name) => !isLeftover(name))];
  for (const name of dead) await rm(join(root, 'evictions', name), { force: true });
  return living.length > 0;
}

async function noteUse(root: string, hex: string): Promise<void> {
  const mark = useMark(root, hex);
  const now = new Date();
  await utimes(mark, now, now).catch(async (error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
    await mkdir(join(root, 'uses'), { recursive: true });
    await writeFile(mark, '');
  });
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
}
