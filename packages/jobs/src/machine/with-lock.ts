import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, newIdentity } from './process-identity.ts';

/** Work under a lock takes about a millisecond. */
const POLL_MS = 2;

/** Runs `work` while no other process runs any under the lock of this folder. A lock of a process that died counts as open. */
export async function withLock<T>(
  folder: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const lock = join(folder, 'lock');
  const identity = newIdentity();
  const name = join(folder, `candidate.${identity}`);
  await writeFile(name, identity);
  try {
    // link() succeeds for one only, and the lock never exists without its holder's name in it.
    while (!(await linked(name, lock))) {
      await dropIfDead(folder, await holderOf(lock));
      await sleep(POLL_MS, undefined, { signal });
    }
  } finally {
    await rm(name, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function dropIfDead(folder: string, holder: string | undefined): Promise<void> {
  if (holder === undefined || isAlive(holder)) return;
  const lock = join(folder, 'lock');
  const aside = join(folder, `dead.${newIdentity()}`);
  const moved = await rename(lock, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  // Somebody else may have dropped the dead one first and taken the lock: give it back.
  if ((await readFile(aside, 'utf8')) !== holder) await linked(aside, lock);
  await rm(aside, { force: true });
}

async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function holderOf(lock: string): Promise<string | undefined> {
  return readFile(lock, 'utf8').catch(() => undefined);
}
