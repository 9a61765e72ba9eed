import { dirname } from 'node:path';
import { QuantloopError } from '@quantloop/core';

/** Names a full disk as such; any other failure to write is passed on as it came. */
export function diskFailure(file: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return cause;
  return new QuantloopError({
    code: 'disk-full',
    message: `No space left while writing ${file}.`,
    hint: `Free space on the disk of ${dirname(file)}, then run again: finished stages are not repeated.`,
    cause,
  });
}
