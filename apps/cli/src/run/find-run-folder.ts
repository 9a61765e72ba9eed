import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError, EXIT } from '../cli-error.ts';

/** A run's folder, or an error that says where it was looked for. */
export async function requireRunFolder(name: string, out: string): Promise<string> {
  const folder = await findRunFolder(name, out);
  if (folder !== undefined) return folder;
  throw new CliError({
    message: `There is no run "${name}", neither as a folder nor as a campaign in ${out}`,
    hint: '`quantloop list` shows the campaigns of this folder; --out names another folder of runs.',
    exitCode: EXIT.invalid,
  });
}

/** A run's folder: the one named, or the newest run of the campaign of that name. */
async function findRunFolder(name: string, out: string): Promise<string | undefined> {
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
