import { join } from 'node:path';
import { userCacheFolder } from '@quantloop/artifacts/user-cache-folder';

/** The newest Temporal CLI that `go install` can build: later ones have a local `replace` in their go.mod. */
export const TEMPORAL_CLI_VERSION = '1.5.1';

export function temporalCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(userCacheFolder(env), 'temporal', TEMPORAL_CLI_VERSION);
}

export const TEMPORAL_EXECUTABLE = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
