import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface FoundProgram {
  path: string;
  source: 'PATH' | 'cache';
}

/** The first program of that name on the PATH that can be run, else the one in a folder of the user's cache. */
export function findProgram(
  executable: string,
  { env, cacheFolder }: { env: NodeJS.ProcessEnv; cacheFolder: string },
): FoundProgram | undefined {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, executable);
    if (folder !== '' && isExecutable(path)) return { path, source: 'PATH' };
  }
  const cached = join(cacheFolder, executable);
  return isExecutable(cached) ? { path: cached, source: 'cache' } : undefined;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
