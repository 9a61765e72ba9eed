import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** A run's folder: the one named, or the newest run of the campaign of that name. */
export async function findRunFolder(name: string, out: string): Promise<string | undefined> {
  for (const candidate of [resolve(out, name), resolve(name)]) {
    if (await isRun(candidate)) return candidate;
    const runs = await readdir(candidate).catch(() => []);
    // Runs are named after their start.
    for (const run of runs.sort().reverse()) {
      if (await isRun(join(candidate, run))) return join(candidate, run);
    }
  }
  return undefined;
}

async function isRun(folder: string): Promise<boolean> {
  return stat(join(folder, 'decision.json')).then(
    () => true,
    () => false,
  );
}
