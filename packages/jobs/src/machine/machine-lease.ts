import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { overlap, placeOfProcess, type Place } from './place.ts';
import { isAlive, newIdentity } from './process-identity.ts';
import { withLock } from './with-lock.ts';

/** Jobs that compute share a place; one that measures has it alone, or its timings would tell of its neighbours. */
export type MachineUse = 'shared' | 'alone';

export interface MachineLeaseOptions {
  use: MachineUse;
  /** What of the machine is used. Default: where this process is pinned, else the whole machine. */
  place?: Place;
  signal?: AbortSignal;
  /** Where the jobs of this machine queue up. Default: one folder for all of a user's processes. */
  folder?: string;
}

/** How often a waiting job looks again: small against a job, large against the look. */
const POLL_MS = 4;

/**
 * Runs `work` while holding a place of this machine, across every process of the user. Who comes first is first among those
 * that cannot go together, so a waiting measurement keeps new jobs from starting and waits only for those before it. Leases
 * of processes that have died count as returned.
 */
export async function withMachine<T>(options: MachineLeaseOptions, work: () => Promise<T>): Promise<T> {
  const { use, place = placeOfProcess(), signal } = options;
  const { folder = join(tmpdir(), `quantloop-leases-${userInfo().uid}`) } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lease = { use, place };
  const own = await queueUp(folder, lease, signal);
  try {
    while (await isBlocked(folder, own, lease)) await sleep(POLL_MS, undefined, { signal });
    return await work();
  } finally {
    await rm(join(folder, own.file), { force: true });
  }
}

/** What a lease's file holds. */
interface Lease {
  use: MachineUse;
  place: Place;
}

/** A lease's file, `lease.<ticket>.<identity>`. It appears with its content in it. */
interface Entry {
  file: string;
  ticket: number;
  identity: string;
}

/** Takes a ticket: under the lock, so that whoever comes later has a higher one and sees this one. */
function queueUp(folder: string, lease: Lease, signal: AbortSignal | undefined): Promise<Entry> {
  return withLock(folder, signal, async () => {
    const identity = newIdentity();
    const ticket = 1 + Math.max(0, ...(await entries(folder)).map((entry) => entry.ticket));
    const file = `lease.${ticket}.${identity}`;
    const written = join(folder, `new.${identity}`);
    await writeFile(written, JSON.stringify(lease));
    await rename(written, join(folder, file));
    return { file, ticket, identity };
  });
}

async function isBlocked(folder: string, own: Entry, { use, place }: Lease): Promise<boolean> {
  for (const { file, ticket, identity } of await entries(folder)) {
    if (ticket >= own.ticket) continue;
    if (!isAlive(identity)) {
      await rm(join(folder, file), { force: true });
      continue;
    }
    const text = await readFile(join(folder, file), 'utf8').catch(() => undefined);
    if (text === undefined) continue; // returned meanwhile
    const before = JSON.parse(text) as Lease;
    if ((use === 'alone' || before.use === 'alone') && overlap(place, before.place)) return true;
  }
  return false;
}

async function entries(folder: string): Promise<Entry[]> {
  return (await readdir(folder)).flatMap((file) => {
    const [, ticket, identity] = /^lease\.(\d+)\.(.+)$/.exec(file) ?? [];
    return identity === undefined ? [] : [{ file, ticket: Number(ticket), identity }];
  });
}
