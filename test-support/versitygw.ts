import { join } from 'node:path';
import { findProgram, isExecutable } from '@quantloop/artifacts/programs';
import { userCacheFolder } from '@quantloop/artifacts/user-cache-folder';

/** The S3 server of the tests: https://github.com/versity/versitygw, Apache-2.0. */
const VERSION = '1.8.0';
export const VERSITYGW_MODULE = `github.com/versity/versitygw/cmd/versitygw@v${VERSION}`;

const EXECUTABLE = process.platform === 'win32' ? 'versitygw.exe' : 'versitygw';
const cacheFolder = join(userCacheFolder(), 'versitygw', VERSION);

/** Where a built one is kept. */
export const VERSITYGW_PLACE = join(cacheFolder, EXECUTABLE);

/** `VERSITYGW_PATH`, then the PATH, then the user's cache. */
export function findVersitygw(): string | undefined {
  const named = process.env['VERSITYGW_PATH'];
  if (named !== undefined && named !== '' && isExecutable(named)) return named;
  return findProgram(EXECUTABLE, { env: process.env, cacheFolder })?.path;
}
