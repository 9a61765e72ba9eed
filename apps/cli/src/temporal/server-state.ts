import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { processAlive } from './process-alive.ts';

/** `.quantloop/server.json`: the embedded server of this folder. */
export const ServerState = z.strictObject({
  pid: z.int().positive(),
  port: z.int().positive(),
  startedAt: z.string(),
});
export type ServerState = z.infer<typeof ServerState>;

const stateFile = (folder: string) => join(folder, 'server.json');
const usersFolder = (folder: string) => join(folder, 'server-users');

/** The recorded server, or undefined when there is none or its record cannot be read. */
export async function readServerState(folder: string): Promise<ServerState | undefined> {
  try {
    return ServerState.parse(JSON.parse(await readFile(stateFile(folder), 'utf8')));
  } catch {
    return undefined;
  }
}

export async function writeServerState(folder: string, state: ServerState): Promise<void> {
  const temporary = `${stateFile(folder)}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(state)}\n`);
  await rename(temporary, stateFile(folder));
}

export async function removeServerState(folder: string): Promise<void> {
  await rm(stateFile(folder), { force: true });
}

/** Marks this process as one that needs the server; the last one to leave stops it. */
export async function joinServer(folder: string): Promise<void> {
  await mkdir(usersFolder(folder), { recursive: true });
  await writeFile(join(usersFolder(folder), String(process.pid)), '');
}

/** Takes this process off the list and says whether any living one is left. Marks of dead processes are removed. */
export async function leaveServer(folder: string): Promise<{ othersLeft: boolean }> {
  await rm(join(usersFolder(folder), String(process.pid)), { force: true });
  let othersLeft = false;
  for (const name of await readdir(usersFolder(folder)).catch(() => [])) {
    if (processAlive(Number(name))) othersLeft = true;
    else await rm(join(usersFolder(folder), name), { force: true });
  }
  return { othersLeft };
}

const LOCK_PATIENCE_MS = 60_000;

/** Runs `action` while no other process of this folder starts or stops the server. */
export async function withServerLock<T>(folder: string, action: () => Promise<T>): Promise<T> {
  const lock = join(folder, 'server.lock');
  await mkdir(dirname(lock), { recursive: true });
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
      // Empty: its owner is between creating and writing it.
      const abandoned = (holder !== 0 && !processAlive(holder)) || Date.now() > deadline;
      if (abandoned) await rm(lock, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  try {
    return await action();
  } finally {
    await rm(lock, { force: true });
  }
}
