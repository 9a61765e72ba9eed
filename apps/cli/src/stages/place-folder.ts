import { copyFile, constants, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CliError, EXIT } from '../cli-error.ts';

/** Refuses a folder that holds anything: nothing of the user's is overwritten. */
export async function requireFreeFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length === 0) return;
  throw new CliError({
    message: `--out ${folder} is not empty`,
    hint: 'Name a folder that does not exist yet.',
    exitCode: EXIT.invalid,
  });
}

/** Copies a folder to a place of its own; it appears there whole or not at all. */
export async function placeFolder(source: string, target: string): Promise<void> {
  const place = resolve(target);
  const temporary = join(dirname(place), `.quantloop-${process.pid}`);
  try {
    for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const from = join(entry.parentPath, entry.name);
      const to = join(temporary, from.slice(source.length));
      await mkdir(dirname(to), { recursive: true });
      await copyFile(from, to, constants.COPYFILE_FICLONE);
    }
    // An empty folder may stand there; anything else makes the rename fail.
    await rmdir(place).catch(() => {});
    await rename(temporary, place);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
