import { homedir } from 'node:os';
import { join } from 'node:path';

/** The newest Temporal CLI that `go install` can build: later ones have a local `replace` in their go.mod. */
export const TEMPORAL_CLI_VERSION = '1.5.1';

/** Where programs fetched for quantloop are kept for this user. */
export function userCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'quantloop');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'quantloop');
  if (process.platform === 'win32') {
    return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'quantloop', 'Cache');
  }
  return join(homedir(), '.cache', 'quantloop');
}

export function temporalCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(userCacheFolder(env), 'temporal', TEMPORAL_CLI_VERSION);
}

export const TEMPORAL_EXECUTABLE = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
