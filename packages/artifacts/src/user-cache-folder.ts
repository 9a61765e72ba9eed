import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what can be made again is kept for this user: fetched programs, compiled code. */
export function userCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'quantloop');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'quantloop');
  if (process.platform === 'win32') {
    return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'quantloop', 'Cache');
  }
  return join(homedir(), '.cache', 'quantloop');
}
