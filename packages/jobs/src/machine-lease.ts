import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Jobs that compute share the machine; one that measures has it alone, or its timings would tell of its neighbours. */
export type MachineUse = 'shared' | 'alone';

export interface MachineLeaseOptions {
  use: MachineUse;
  signal?: AbortSignal;
  /** Where the holders of this machine leave their names. Default: one folder for all of a user's processes. */
  folder?: string;
}

/** How often a waiting job looks again: small against a job, large against the look. */
const POLL_MS = 4;

let holders = 0;

/**
 * Runs `work` while holding this machine, across every process of the user. A waiting measurement keeps new jobs from
 * starting, so it waits only for those that run. Leases of processes that have died count as returned.
 */
export async function withMachine<T>(options: MachineLeaseOptions, work: () => Promise<T>): Promise<T> {
  const { use, signal, folder = join(tmpdir(), `quantloop-machine-${userInfo().uid}`) } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const release = await (use === 'alone' ? takeAlone : takeShared)(folder, signal);
  try {
    return await work();
  } finally {
    await release();
  }
}

type Release = () => Promise<void>;

async function takeAlone(folder: string, signal: AbortSignal | undefined): Promise<Release> {
  const lock = join(folder, 'alone');
  const name = join(folder, `candidate.${identity()}`);
  await writeFile(name, identity());
  try {
    // link() succeeds for one only, and the lock never exists without its holder's name in it.
    while (!(await linked(name, lock))) {
      await dropIfDead(folder, 'alone', await holderOf(lock));
      await sleep(POLL_MS, undefined, { signal });
    }
  } finally {
    await rm(name, { force: true });
  }
  const release = () => rm(lock, { force: true });
  try {
    while ((await sharedHolders(folder)).length > 0) await sleep(POLL_MS, undefined, { signal });
  } catch (error) {
    await release();
    throw error;
  }
  return release;
}

async function takeShared(folder: string, signal: AbortSignal | undefined): Promise<Release> {
  const lock = join(folder, 'alone');
  const name = join(folder, `shared.${identity()}`);
  const release = () => rm(name, { force: true });
  for (;;) {
    const before = await holderOf(lock);
    if (before === undefined) {
      await writeFile(name, '');
      // A measurement may have come in between; it then waits for us or we for it, but never neither.
      if ((await holderOf(lock)) === undefined) return release;
      await release();
    } else {
      await dropIfDead(folder, 'alone', before);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function sharedHolders(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('shared.'));
  const dead = names.filter((name) => !isAlive(name.slice('shared.'.length)));
  await Promise.all(dead.map((name) => rm(join(folder, name), { force: true })));
  return names.filter((name) => !dead.includes(name));
}

async function dropIfDead(folder: string, name: string, holder: string | undefined): Promise<void> {
  if (holder === undefined || isAlive(holder)) return;
  const aside = join(folder, `dead.${identity()}`);
  const moved = await rename(join(folder, name), aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  // Somebody else may have dropped the dead one first and taken the lock: give it back.
  if ((await readFile(aside, 'utf8')) !== holder) await linked(aside, join(folder, name));
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

/** `<pid>.<start time>.<counter>`: a later process with the same pid is another one. */
function identity(): string {
  return `${process.pid}.${startTime(process.pid)}.${(holders += 1)}`;
}

function isAlive(holder: string): boolean {
  const [pid, started] = holder.split('.');
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
  return String(startTime(Number(pid))) === started;
}

/** Clock ticks since boot at which a process started; 0 where the system does not tell (field 22 of Linux's stat). */
function startTime(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return 0;
  }
}
