import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Processes whose logs are kept: those that wrote last. */
const KEPT = 50;

/** Where the processes of a state folder log, each in a folder of its own. */
export const logsFolder = (dir: string) => join(dir, 'logs');

/** Of a process, named so that a worker's identity, `<host>/<role>/<pid>`, leads to it. */
export function processFolder(dir: string, host = hostname(), pid: string | number = process.pid): string {
  return join(logsFolder(dir), `${host}-${pid}`);
}

/** Removes the logs of the processes that have been silent longest. */
export async function pruneLogs(dir: string): Promise<void> {
  const names = await readdir(logsFolder(dir)).catch(() => []);
  if (names.length <= KEPT) return;
  const dated = await Promise.all(
    names.map(async (name) => {
      const path = join(logsFolder(dir), name);
      return { path, at: await newestWrite(path) };
    }),
  );
  dated.sort((a, b) => b.at - a.at);
  for (const { path } of dated.slice(KEPT)) await rm(path, { recursive: true, force: true });
}

async function newestWrite(folder: string): Promise<number> {
  const files = await readdir(folder).catch(() => []);
  const times = files.map((file) =>
    stat(join(folder, file)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    ),
  );
  return Math.max(0, ...(await Promise.all(times)));
}
