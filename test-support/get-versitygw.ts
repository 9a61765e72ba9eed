import { basename, join } from 'node:path';
import { fetchIntoPlace, goInstall } from '@quantloop/artifacts/programs';
import { findVersitygw, VERSITYGW_MODULE, VERSITYGW_PLACE } from './versitygw.ts';

// Used by `npm test`: builds the S3 server that tests need, once. Where it cannot be built they are skipped.
const onProgress = (line: string) => console.error(line);
if (findVersitygw() === undefined) {
  onProgress('Building versitygw, the S3 server of the tests, with `go install` (1–3 minutes, once) …');
  try {
    await fetchIntoPlace(VERSITYGW_PLACE, async (folder) => {
      await goInstall({ module: VERSITYGW_MODULE, folder, env: process.env, onProgress });
      return join(folder, basename(VERSITYGW_PLACE));
    });
    onProgress(`versitygw is ready: ${VERSITYGW_PLACE}`);
  } catch (error) {
    onProgress(`Tests against S3 are skipped: versitygw could not be built (${(error as Error).message}).`);
  }
}
